/**
 * Files that a page of the documentation shows as they are: a comment `file: <path>`, and the block of code after it.
 *
 * The path is relative to the root of the repository. The comment does not show where the page is read.
 */

const BLOCK = /^<!-- file: (\S+) -->\n(`{3,})(\w*)\n(?:.*\n)*?\2\n/gm;
const COMMENT = /^<!-- file: (\S+) -->$/gm;

const LANGUAGES: Readonly<Record<string, string>> = {
  py: "python",
  ts: "ts",
  rs: "rust",
  sh: "sh",
  toml: "toml",
  json: "json",
  yaml: "yaml",
};

/** The paths of the files that a page shows, in its order. */
export function includedFiles(page: string): string[] {
  return [...page.matchAll(COMMENT)].map(([, path = ""]) => path);
}

/**
 * The page with its blocks as the files are now.
 *
 * @param read gives the text of a file.
 * @throws Error when a comment has no block of code below it.
 */
export function withFiles(page: string, read: (path: string) => string): string {
  const shown: string[] = [];
  const fresh = page.replaceAll(BLOCK, (_, path: string) => {
    shown.push(path);
    return `<!-- file: ${path} -->\n${fenced(read(path), language(path))}\n`;
  });
  const lost = includedFiles(page).find((path, index) => path !== shown[index]);
  if (lost !== undefined) throw new Error(`The comment for ${lost} has no complete block of code right below it.`);
  return fresh;
}

/** The fence is longer than any in the text. */
function fenced(text: string, info: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/^`+/gm)].map(([fence]) => fence.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${info}\n${text.trimEnd()}\n${fence}`;
}

function language(path: string): string {
  return LANGUAGES[path.split(".").at(-1) ?? ""] ?? "";
}
