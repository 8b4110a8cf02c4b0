import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Addon, Output } from "../config/config.ts";
import { GenerationError } from "../generation-error.ts";
import { addonPlatform } from "../support/addon-file-name.ts";
import { addonPlatformOfTarget } from "./addon-platform-of-target.ts";

export type BuildOptions = {
  /** A target of rustc; the machine's own without one. */
  readonly target: string | null;
  /** A profile of Cargo. */
  readonly profile: string;
  /** Whether Cargo.lock has to be up to date. */
  readonly locked: boolean;
};

/**
 * Compiles the addon of an output and puts it where the generated loader looks for it, as
 * `<name>.<platform>-<arch>[-<libc>].node`. Returns the path.
 *
 * Cargo runs in `folder` and takes the target folder and everything else from its own configuration and environment.
 */
export async function buildAddon(output: Output, addon: Addon, folder: string, options: BuildOptions): Promise<string> {
  const platform = options.target === null ? addonPlatform() : addonPlatformOfTarget(options.target);
  const library = await compile(output, folder, options);
  const file = join(addon.folder, `${addon.name}.${platform}.node`);
  // Renamed into place: a running process keeps the old file mapped instead of seeing half of a new one.
  const fresh = `${file}.${process.pid}`;
  mkdirSync(addon.folder, { recursive: true });
  copyFileSync(library, fresh);
  renameSync(fresh, file);
  return file;
}

/** The path of the compiled library, as Cargo itself reports it: the target folder can be anywhere. */
async function compile({ crate, features }: Output, folder: string, options: BuildOptions): Promise<string> {
  const cargo = Bun.which("cargo");
  if (cargo === null) {
    throw new GenerationError(["cargo was not found on PATH. Install Rust (https://rustup.rs) to build an addon."]);
  }
  const command = [
    ...["build", "--lib", "--package", crate, "--profile", options.profile],
    ...(options.locked ? ["--locked"] : []),
    ...(options.target === null ? [] : ["--target", options.target]),
    ...(features.length > 0 ? ["--features", features.join(",")] : []),
  ];
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
