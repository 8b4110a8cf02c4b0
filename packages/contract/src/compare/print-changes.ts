import type { Change } from "./compare-documents.ts";

/** The changes for people: what breaks first, one line each. */
export function printChanges(changes: readonly Change[]): string {
  if (changes.length === 0) return "Nothing changed on the wire.";
  const lines = changes.map(({ place, text, breaks }) =>
    breaks === null ? `ok      ${place}: ${text}` : `BREAKS  ${place}: ${text} (${breaks})`,
  );
  const breaking = changes.filter((change) => change.breaks !== null).length;
  const summary = breaking === 0 ? "Nothing breaks." : `${breaking} of ${changes.length} changes break something.`;
  return [...lines, summary].join("\n");
}
