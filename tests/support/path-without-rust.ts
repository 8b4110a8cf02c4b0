import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** The value of PATH with `bun`, `bunx` and the programs of the system, and no Rust. Bun is linked into `folder`. */
export function pathWithoutRust(folder: string): string {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  // One program, which looks at the name that it is called by.
  for (const name of ["bun", "bunx"]) symlinkSync(process.execPath, join(bin, name));
  return `${bin}:/usr/bin:/bin`;
}
