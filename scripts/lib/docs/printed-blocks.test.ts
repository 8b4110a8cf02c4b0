import { describe, expect, test } from "bun:test";
import { printedPrograms, withPrinted } from "./printed-blocks.ts";

const PAGE = [
  "# A page",
  "<!-- output: a.ts -->",
  "```text",
  "old",
  "```",
  "Text.",
  "<!-- table: b.ts -->",
  "| a |",
  "| --- |",
  "| old |",
  "",
  "<!-- measured: c.ts -->",
  "| a | 12 ns (1.0) |",
  "",
].join("\n");

const SAME: Record<string, string> = {
  "a.ts": "old\n",
  "b.ts": "| a |\n| --- |\n| old |\n",
  "c.ts": "| a | 12 ns (1.0) |\n",
};

function answers(texts: Record<string, string>): (path: string) => string {
  return (path) => texts[path] ?? SAME[path] ?? "";
}

describe("withPrinted", () => {
  test("puts what programs print into their places and leaves the rest alone", () => {
    const fresh = withPrinted(PAGE, answers({ "a.ts": "new\n", "b.ts": "| a |\n| --- |\n| new |\n" }));
    expect(fresh).toBe(PAGE.replace("old", "new").replace("| old |", "| new |"));
    expect(printedPrograms(PAGE)).toEqual(["a.ts", "b.ts", "c.ts"]);
  });

  test("keeps measured numbers while the words are the same", () => {
    expect(withPrinted(PAGE, answers({ "c.ts": "| a | 99 ns (2.5) |\n" }))).toBe(PAGE);
    expect(withPrinted(PAGE, answers({ "c.ts": "| b | 99 ns (2.5) |\n" }))).toContain("| b | 99 ns (2.5) |");
  });

  test("refuses a comment without a block", () => {
    expect(() => withPrinted("<!-- table: a.ts -->\n\nText\n", () => "")).toThrow(
      "The comment for a.ts has no block of text or table",
    );
  });
});
