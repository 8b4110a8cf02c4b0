import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.ts";
import { withFiles } from "./included-files.ts";

/** A page of the documentation, as it is and as it should be. */
export interface Page {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly fresh: string;
}

/** All pages. Throws when one of them names a file that is not there. */
export function pages(): Page[] {
  const paths = ["README.md", ...new Bun.Glob("docs/*.md").scanSync(root)].toSorted();
  return paths.map((path) => {
    const text = read(path);
    return { path, text, fresh: withFiles(text, read) };
  });
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}
