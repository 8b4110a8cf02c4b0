import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** The value of PATH with Bun and the programs of the system, and no Rust. Bun is linked into `folder`. */
export function pathWithoutRust(folder: string): string {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, "bun"));
  return `${bin}:/usr/bin:/bin`;
}
