import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Addon, Output } from "../config/config.ts";
import { GenerationError } from "../generation-error.ts";
import { addonFileName } from "../support/addon-file-name.ts";

/**
 * Compiles the addon of an output in release mode and puts it where the generated loader looks for it, as
 * `<name>.<platform>-<arch>[-<libc>].node`. Returns the path.
 *
 * Cargo runs in `folder` and takes the target folder and everything else from its own configuration and environment.
 */
export async function buildAddon(output: Output, addon: Addon, folder: string): Promise<string> {
  const library = await compile(output, folder);
  const target = join(addon.folder, addonFileName(addon.name));
  // Renamed into place: a running process keeps the old file mapped instead of seeing half of a new one.
  const fresh = `${target}.${process.pid}`;
  mkdirSync(addon.folder, { recursive: true });
  copyFileSync(library, fresh);
  renameSync(fresh, target);
  return target;
}

/** The path of the compiled library, as Cargo itself reports it: the target folder can be anywhere. */
async function compile({ crate, features }: Output, folder: string): Promise<string> {
  const cargo = Bun.which("cargo");
  if (cargo === null) {
    throw new GenerationError(["cargo was not found on PATH. Install Rust (https://rustup.rs) to build an addon."]);
  }
  const chosen = features.length > 0 ? ["--features", features.join(",")] : [];
  const command = ["build", "--release", "--lib", "--package", crate, ...chosen];
  const child = Bun.spawn([cargo, ...command, "--message-format", "json-render-diagnostics"], {
    cwd: folder,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const [text, exitCode] = await Promise.all([child.stdout.text(), child.exited]);
  if (exitCode !== 0) throw new GenerationError([`${crate}: no addon (cargo ${command.join(" ")}).`]);
  for (const line of text.split("\n")) {
    if (!line.startsWith('{"reason":"compiler-artifact"')) continue;
    const { target, filenames } = JSON.parse(line) as Artifact;
    if (target.name !== crate.replaceAll("-", "_") || !target.kind.includes("cdylib")) continue;
    const file = filenames.find((name) => /\.(so|dylib|dll)$/.test(name));
    if (file !== undefined) return file;
  }
  throw new GenerationError([
    `${crate}: Cargo built no dynamic library. Its Cargo.toml needs [lib] crate-type = ["cdylib", "rlib"].`,
  ]);
}

type Artifact = {
  readonly target: { readonly name: string; readonly kind: readonly string[] };
  readonly filenames: readonly string[];
};
