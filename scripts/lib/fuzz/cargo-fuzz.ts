import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.ts";
import { run } from "../run.ts";
import { announce } from "../step.ts";

const VERSION = "0.13.2";

/** Where cargo-fuzz, what it builds and what it finds are kept. */
export const FUZZ_FOLDER = join(root, ".stator", "fuzz");

/**
 * Gives the command `cargo fuzz` with a nightly compiler: what PATH has, else one that is installed from crates.io below
 * `.stator/fuzz`. Throws when it cannot be had, with what to do.
 */
export async function cargoFuzz(): Promise<string[]> {
  const nightly = Bun.spawnSync(["cargo", "+nightly", "--version"], { stdio: ["ignore", "ignore", "ignore"] });
  if (nightly.exitCode !== 0) {
    throw new Error("Fuzzing needs a nightly compiler: rustup toolchain install nightly");
  }
  const own = join(FUZZ_FOLDER, "bin", "cargo-fuzz");
  const found = Bun.which("cargo-fuzz") ?? (existsSync(own) ? own : null);
  if (found === null) {
    announce(`Installing cargo-fuzz ${VERSION} (once)`);
    const install = ["cargo", "install", "cargo-fuzz", "--version", VERSION, "--locked", "--root", FUZZ_FOLDER];
    if ((await run(install)).exitCode !== 0) throw new Error("cargo-fuzz could not be installed; the output is above.");
  }
  // Through env, because the proxies of rustup set what `+nightly` means only for the programs that they start.
  return ["env", "RUSTUP_TOOLCHAIN=nightly", found ?? own, "fuzz"];
}
