import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.ts";
import { withFiles } from "./included-files.ts";
import { type Print, withPrinted } from "./printed-blocks.ts";

/** A page of the documentation, as it is and as it should be. */
export interface Page {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly fresh: string;
}

/**
 * All pages. Runs the programs whose output they show, which need what `bun run build` makes.
 *
 * @param measure runs those that measure for long, and takes their numbers. Else they run shortly, for their words.
 * @throws Error when a page names a file that is not there, or a program that fails.
 */
export function pages(measure = false): Page[] {
  const folders = ["docs/*.md", "docs/llm/*.md"];
  const paths = ["README.md", ...folders.flatMap((folder) => [...new Bun.Glob(folder).scanSync(root)])].toSorted();
  return paths.map((path) => {
    const text = read(path);
    const shown = withFiles(text, read);
    // Without its numbers no table is the same, so all of them are taken.
    const stale = measure ? shown.replaceAll(/(<!-- measured: \S+ -->\n)(?:\|.*\n)+/g, "$1| |\n") : shown;
    return { path, text, fresh: withPrinted(stale, printing(measure)) };
  });
}

/** For one program; those that measure take seconds. */
const LIMIT_MS = 120_000;

function printing(measure: boolean): Print {
  return (path, kind) => {
    const options = kind === "measured" && !measure ? ["--quick"] : [];
    const program = Bun.spawnSync([process.execPath, path, ...options], {
      cwd: root,
      // Panics that a program shows would print to where errors belong.
      stdio: ["ignore", "pipe", "pipe"],
      timeout: LIMIT_MS,
    });
    if (!program.success) throw new Error(`${path} failed:\n${program.stderr.toString()}`);
    return program.stdout.toString();
  };
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}
