/** JSON as the runtime reads and writes it: integers that a number cannot hold are `bigint`. */
export function parseExact(text: string): unknown {
  return JSON.parse(text, exactIntegers as (key: string, value: unknown) => unknown);
}

function exactIntegers(_key: string, value: unknown, context: { source: string }): unknown {
  return typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source)
    ? BigInt(context.source)
    : value;
}

/** Writes a value, `bigint` as an integer; objects with sorted keys when `sorted`. */
export function printExact(value: unknown, sorted = false): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map((item) => printExact(item, sorted)).join(",")}]`;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  if (sorted) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${printExact(inner, sorted)}`).join(",")}}`;
}
