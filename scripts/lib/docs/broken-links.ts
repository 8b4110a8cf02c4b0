import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root } from "../paths.ts";

/** The pages that people read: the README and what is below `docs`. Relative to the root. */
export function documentationPages(): string[] {
  return ["README.md", ...new Bun.Glob("docs/**/*.md").scanSync(root)].toSorted();
}

/** The links of a page, as they are written, to other files of the repository and to headings. */
export function linksOf(page: string): string[] {
  const prose = readFileSync(join(root, page), "utf8").replaceAll(/^(`{3,}).*\n(?:.*\n)*?\1$/gm, "");
  const links = [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

/** Where a link of a page leads, relative to the root, and the heading or null. */
export function targetOf(page: string, link: string): { file: string; heading: string | null } {
  const [path = "", heading = null] = link.split("#");
  return { file: path === "" ? page : relative(root, join(root, dirname(page), path)), heading };
}

/** `page: link` for each link that leads to no file, or to no heading of it. */
export function brokenLinks(): string[] {
  return documentationPages().flatMap((page) =>
    linksOf(page)
      .filter((link) => !leadsSomewhere(targetOf(page, link)))
      .map((link) => `${page}: ${link}`),
  );
}

function leadsSomewhere({ file, heading }: { file: string; heading: string | null }): boolean {
  const path = join(root, file);
  if (!existsSync(path)) return false;
  return heading === null || (statSync(path).isFile() && anchorsOf(path).has(heading));
}

const anchors = new Map<string, ReadonlySet<string>>();

/** The headings of a page as GitHub names them, and the anchors that stand in it. */
function anchorsOf(path: string): ReadonlySet<string> {
  const known = anchors.get(path) ?? new Set(readAnchors(readFileSync(path, "utf8")));
  anchors.set(path, known);
  return known;
}

function* readAnchors(text: string): Generator<string> {
  const seen = new Map<string, number>();
  for (const [, heading = ""] of text.matchAll(/^#+ (.*)$/gm)) {
    const name = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    yield before === 0 ? name : `${name}-${before}`;
  }
  for (const [, id = ""] of text.matchAll(/<a id="([^"]+)">/g)) yield id;
}
