import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { GeneratedFiles } from "../generate.ts";
import { GenerationError } from "../generation-error.ts";
import { isGenerated } from "./header.ts";

/** What has to happen to a folder so that it holds exactly what was generated. */
export type Changes = {
  /** Files that are missing or differ; `before` is null for missing ones. */
  readonly write: readonly { path: string; before: string | null; after: string }[];
  /** Generated files that nothing generates any more. */
  readonly remove: readonly { path: string; before: string }[];
  readonly unchanged: number;
};

/**
 * Compares a folder with what was generated. Throws when a file that we did not write stands where one of ours goes;
 * all other foreign files are left alone.
 */
export function compareFolder(folder: string, files: GeneratedFiles): Changes {
  const write: { path: string; before: string | null; after: string }[] = [];
  const remove: { path: string; before: string }[] = [];
  const foreign: string[] = [];
  let unchanged = 0;
  const present = new Map(listFiles(folder).map((path) => [path, readFileSync(join(folder, path), "utf8")]));
  for (const [path, after] of files) {
    const before = present.get(path) ?? null;
    if (before === after) unchanged++;
    else if (before === null || isGenerated(path, before)) write.push({ path, before, after });
    else foreign.push(`${join(folder, path)} was not generated, but a generated file goes there. Move it away.`);
  }
  if (foreign.length > 0) throw new GenerationError(foreign);
  for (const [path, before] of present) {
    if (!files.has(path) && isGenerated(path, before)) remove.push({ path, before });
  }
  return { write, remove, unchanged };
}

/** Brings a folder up to date. */
export function applyChanges(folder: string, changes: Changes): void {
  for (const { path, after } of changes.write) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, after);
  }
  for (const { path } of changes.remove) {
    rmSync(join(folder, path));
    removeIfEmpty(dirname(join(folder, path)), folder);
  }
}

/** Paths with forward slashes, sorted. A missing folder is empty. */
function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => path.replaceAll(sep, "/"))
      .toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function removeIfEmpty(folder: string, root: string): void {
  if (folder === root || readdirSync(folder).length > 0) return;
  rmdirSync(folder);
  removeIfEmpty(dirname(folder), root);
}
