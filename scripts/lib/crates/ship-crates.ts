import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

import { copiedCrates, isProgram } from "./copied-crates.ts";
import { CRATES } from "./shipped-crates.ts";

/**
 * Copies the crates that stand in other packages to those of @stator/codegen, with manifests that need no workspace.
 * Gives their names. Files that are as they should be are not touched, so that several may do it at once.
 */
export function shipCrates(crates = CRATES): readonly string[] {
  const copies = copiedCrates();
  mkdirSync(crates, { recursive: true });
  const scratch = mkdtempSync(join(dirname(crates), ".shipping-"));
  try {
    for (const [name, files] of copies) writeFolder(join(crates, name), files, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return [...copies.keys()];
}

/** Each file appears whole: others may read the folder, or write the same into it. */
function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>, scratch: string): void {
  for (const [path, content] of files) {
    const file = join(folder, path);
    if (existsSync(file) && Buffer.compare(readFileSync(file), content) === 0) continue;
    mkdirSync(dirname(file), { recursive: true });
    const fresh = join(scratch, "fresh");
    writeFileSync(fresh, content);
    chmodSync(fresh, isProgram(path) ? 0o755 : 0o644);
    renameSync(fresh, file);
  }
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !files.has(relative(folder, file))) rmSync(file, { force: true });
  }
}
