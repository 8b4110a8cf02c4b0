/** One metric with the rows of all processes. */
interface Family {
  readonly head: string[];
  readonly rows: string[];
}

/**
 * What several processes count, as one text for Prometheus: each metric once, with the rows of all. The rows tell the
 * processes apart by their `worker_id`.
 */
export function mergedMetrics(texts: readonly string[]): string {
  const families = new Map<string, Family>();
  for (const text of texts) merge(families, text);
  return [...families.values()].map(({ head, rows }) => [...head, ...rows, ""].join("\n")).join("");
}

function merge(families: Map<string, Family>, text: string): void {
  let family: Family | null = null;
  const heads = new Set<string>();
  for (const line of text.split("\n")) {
    const [, name] = /^# (?:HELP|TYPE) (\S+)/.exec(line) ?? [];
    if (name !== undefined) {
      const known = families.get(name);
      // Who comes first says what it is.
      if (known === undefined) heads.add(name);
      family = known ?? { head: [], rows: [] };
      families.set(name, family);
      if (heads.has(name)) family.head.push(line);
    } else if (line !== "" && !line.startsWith("#")) family?.rows.push(line);
  }
}
