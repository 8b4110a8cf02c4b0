import { describe, expect, test } from "bun:test";
import { includedFiles, withFiles } from "./included-files.ts";
import { pages } from "./pages.ts";
import { printedPrograms } from "./printed-blocks.ts";

const PAGE = [
  "# A page",
  "<!-- file: a.ts -->",
  "```ts",
  "old",
  "",
  "```",
  "Text.",
  "```ts",
  "a block of its own",
  "```",
  "<!-- file: b/c.py -->",
  "```",
  "```",
  "",
].join("\n");

describe("withFiles", () => {
  test("puts the files into their blocks and leaves the rest alone", () => {
    const fresh = withFiles(PAGE, (path) => `text of ${path}\n`);
    expect(fresh.split("\n")).toEqual([
      "# A page",
      "<!-- file: a.ts -->",
      "```ts",
      "text of a.ts",
      "```",
      "Text.",
      "```ts",
      "a block of its own",
      "```",
      "<!-- file: b/c.py -->",
      "```python",
      "text of b/c.py",
      "```",
      "",
    ]);
    expect(withFiles(fresh, (path) => `text of ${path}\n`)).toBe(fresh);
    expect(includedFiles(PAGE)).toEqual(["a.ts", "b/c.py"]);
  });

  test("takes a file with fences and dollar signs as it is", () => {
    const text = "```\n$& $1\n```\n";
    const fresh = withFiles("<!-- file: x.md -->\n```\n```\n", () => text);
    expect(fresh).toBe(`<!-- file: x.md -->\n\`\`\`\`\n${text}\`\`\`\`\n`);
    expect(withFiles(fresh, () => text)).toBe(fresh);
  });

  test.each(["<!-- file: a.ts -->\n\n```ts\n```\n", "<!-- file: a.ts -->\n```ts\nno end\n", "<!-- file: a.ts -->\n"])(
    "refuses a comment without a block: %j",
    (page) => {
      expect(() => withFiles(page, () => "")).toThrow("The comment for a.ts has no complete block of code");
    },
  );
});

/** Programs that pages show run here, on a loaded machine too. */
const LIMIT_MS = 240_000;

test(
  "the pages show files and outputs as they are; `bun run docs` brings them up to date",
  () => {
    const all = pages();
    expect(all.flatMap((page) => includedFiles(page.text)).length).toBeGreaterThan(0);
    expect(all.flatMap((page) => printedPrograms(page.text)).length).toBeGreaterThan(0);
    expect(all.filter((page) => page.fresh !== page.text).map((page) => page.path)).toEqual([]);
  },
  LIMIT_MS,
);
