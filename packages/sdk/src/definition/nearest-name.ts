import { closest, distance } from "fastest-levenshtein";

/** The known name that is most like `name`, or null when none is close enough to be what was meant. */
export function nearestName(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const lower = new Map(known.map((each) => [each.toLowerCase(), each]));
  const best = closest(name.toLowerCase(), [...lower.keys()]);
  const near = distance(name.toLowerCase(), best) <= Math.max(1, Math.floor(Math.max(name.length, best.length) / 2));
  return near ? (lower.get(best) ?? null) : null;
}

/** `did you mean "x"?` where a near name exists, else the list of what there is. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  if (near !== null) return `did you mean "${near}"?`;
  if (known.length === 0) return "there are none.";
  return `there is ${known.map((each) => `"${each}"`).join(", ")}.`;
}
