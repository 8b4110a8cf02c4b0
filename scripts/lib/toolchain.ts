/**
 * Writes `.stator/toolchain.txt`, an input of every turbo task.
 *
 * Turbo hashes files and variables, not compilers: without this a cached build of another rustc would be replayed.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.ts";

/** Brings the file up to date; leaves it alone when nothing changed. Throws when there is no Rust compiler. */
export function recordToolchain(): void {
  const folder = join(root, ".stator");
  const file = join(folder, "toolchain.txt");
  const now = `${rustc()}bun: ${Bun.version}\nplatform: ${process.platform}-${process.arch}\n`;
  if (read(file) === now) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, now);
}

function rustc(): string {
  const path = Bun.which("rustc");
  if (path === null) {
    throw new Error(
      "rustc was not found on PATH. Install Rust 1.95 or newer (https://rustup.rs), then run this again.",
    );
  }
  const result = Bun.spawnSync([path, "-vV"], { stdout: "pipe", stderr: "inherit" });
  if (result.exitCode !== 0) throw new Error(`rustc -vV ended with exit code ${result.exitCode}.`);
  return result.stdout.toString();
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
