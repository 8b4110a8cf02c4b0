import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { UsageError } from "../cli/usage-error.ts";
import type { RenderedFile } from "./deployment.ts";
import { GENERATED } from "./header.ts";

/**
 * Writes the files below a folder and gives their paths. What somebody else has written there is left alone, and nothing is
 * written then, unless `force` is set.
 */
export function writeFiles(folder: string, files: readonly RenderedFile[], force: boolean): string[] {
  const foreign = files.filter(({ path, text }) => !force && isForeign(join(folder, path), text));
  if (foreign.length > 0) {
    const paths = foreign.map(({ path }) => join(folder, path)).join(", ");
    throw new UsageError(
      `${paths}: not written by stator deploy; choose another folder with --out, or replace it with --force.`,
    );
  }
  return files.map(({ path, text }) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  });
}

/** A file of ours begins with our words, if it can have comments. */
function isForeign(file: string, text: string): boolean {
  if (!existsSync(file)) return false;
  return text.startsWith(`# ${GENERATED}`) && !readFileSync(file, "utf8").startsWith(`# ${GENERATED}`);
}
