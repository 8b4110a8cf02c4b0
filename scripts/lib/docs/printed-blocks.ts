/**
 * Parts of a page that a program prints: a comment, and the block or the table after it.
 *
 * - `<!-- output: <path> -->`: a block of code with what it prints, which is the same wherever it runs.
 * - `<!-- table: <path> -->`: a table that it prints in Markdown, the same wherever it runs.
 * - `<!-- measured: <path> -->`: a table with numbers of one machine. Its words are as above; the numbers stay as they
 *   are until somebody measures again.
 *
 * Paths are relative to the root of the repository. The comments do not show where the page is read.
 */

const PRINTED = /^<!-- (output|table|measured): (\S+) -->\n(```text\n(?:.*\n)*?```\n|(?:\|.*\n)+)/gm;
const COMMENT = /^<!-- (?:output|table|measured): (\S+) -->$/gm;

export type PrintedKind = "output" | "table" | "measured";

/** What a program prints now. */
export type Print = (path: string, kind: PrintedKind) => string;

/** The programs whose output a page shows, in its order. */
export function printedPrograms(page: string): string[] {
  return [...page.matchAll(COMMENT)].map(([, path = ""]) => path);
}

/**
 * The page with what the programs print now.
 *
 * @throws Error when a comment has no block or table right below it.
 */
export function withPrinted(page: string, print: Print): string {
  const shown: string[] = [];
  const fresh = page.replaceAll(PRINTED, (_, kind: PrintedKind, path: string, old: string) => {
    shown.push(path);
    const text = print(path, kind);
    const next = kind === "output" ? `\`\`\`text\n${text.trimEnd()}\n\`\`\`\n` : `${text.trimEnd()}\n`;
    const isSame = kind === "measured" && words(next) === words(old);
    return `<!-- ${kind}: ${path} -->\n${isSame ? old : next}`;
  });
  const lost = printedPrograms(page).find((path, index) => path !== shown[index]);
  if (lost !== undefined) throw new Error(`The comment for ${lost} has no block of text or table right below it.`);
  return fresh;
}

/** A table without its numbers in cells. */
function words(table: string): string {
  return table.replaceAll(/(?<=\| |\()[\d.,]+(?= \||\)| ns| ms)/g, "N");
}
