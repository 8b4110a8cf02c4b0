import type { ReceivedSpan } from "./received-span.ts";

/**
 * The spans as people see them: one line each, below the span that caused it, in the order of their beginning. `more` adds to
 * lines.
 */
export function traceTree(spans: readonly ReceivedSpan[], more: (span: ReceivedSpan) => string = () => ""): string[] {
  const ids = new Set(spans.map((span) => span.spanId));
  const ordered = spans.toSorted((a, b) => Number(a.startNs - b.startNs));
  const below = (parent: (span: ReceivedSpan) => boolean, depth: number): string[] =>
    ordered
      .filter(parent)
      .flatMap((span) => [
        `${"  ".repeat(depth)}${[span.kind, span.name, more(span)].filter((part) => part !== "").join(" ")}`,
        ...below((each) => each.parentId === span.spanId, depth + 1),
      ]);
  return below((span) => !ids.has(span.parentId), 0);
}
