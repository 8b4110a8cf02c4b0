import { copyFileSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Addon, Output } from "../config/config.ts";
import { GenerationError } from "../generation-error.ts";
import { addonPlatform } from "../support/addon-file-name.ts";
import type { AddonTarget } from "./addon-target.ts";
import { type CargoBuild, cargoBuild, findProgram } from "./cargo-build.ts";
import { inspectAddon, misfits } from "./inspect/inspect-addon.ts";
import type { Inspection } from "./inspect/inspection.ts";

export type BuildOptions = {
  /** The machine's own without one. */
  readonly target: AddonTarget | null;
  /** A profile of Cargo. */
  readonly profile: string;
  /** Whether Cargo.lock has to be up to date. */
  readonly locked: boolean;
  /**
   * Leaves out the symbols that nobody links against, whatever the profile says: Cargo 1.95 forgets `strip` of a profile
   * for every package that has an override of its own (`[profile.release.package.my-addon]`).
   */
  readonly strip: boolean;
};

export type BuiltAddon = {
  readonly file: string;
  readonly bytes: number;
  /** The size of the file that was there before; null when there was none. */
  readonly bytesBefore: number | null;
  readonly inspection: Inspection;
};

/**
 * Compiles the addon of an output and puts it where the generated loader looks for it, as
 * `<name>.<platform>-<arch>[-<libc>].node`. What is not for the target is refused, and the old file stays.
 *
 * Cargo runs in `folder` and takes the target folder and everything else from its own configuration and environment.
 */
export async function buildAddon(
  output: Output,
  addon: Addon,
  folder: string,
  options: BuildOptions,
): Promise<BuiltAddon> {
  const { platform, glibc } = options.target ?? { platform: addonPlatform(), glibc: null };
  const library = await compile(output, folder, options);
  const inspection = inspectAddon(readFileSync(library), library);
  const problems = [
    ...misfits(inspection, { platform, glibc }),
    ...(options.strip && inspection.stripped === false ? ["it has symbols still"] : []),
  ];
  if (problems.length > 0) throw new GenerationError(problems.map((problem) => `${library}: ${problem}.`));
  const file = join(addon.folder, `${addon.name}.${platform}.node`);
  const bytesBefore = statSync(file, { throwIfNoEntry: false })?.size ?? null;
  // Renamed into place: a running process keeps the old file mapped instead of seeing half of a new one.
  const fresh = `${file}.${process.pid}`;
  mkdirSync(addon.folder, { recursive: true });
  copyFileSync(library, fresh);
  renameSync(fresh, file);
  return { file, bytes: statSync(file).size, bytesBefore, inspection };
}

/** The path of the compiled library, as Cargo itself reports it: the target folder can be anywhere. */
async function compile({ crate, features }: Output, folder: string, options: BuildOptions): Promise<string> {
  const build: CargoBuild =
    options.target === null
      ? { cargo: findProgram("cargo"), build: "build", target: "", environment: {} }
      : await cargoBuild(options.target, folder);
  const command = [
    // `rustc` is `build` with flags for the last crate alone.
    ...[build.cargo, options.strip ? "rustc" : build.build],
    ...["--lib", "--package", crate, "--profile", options.profile],
    ...(options.locked ? ["--locked"] : []),
    ...(build.target === "" ? [] : ["--target", build.target]),
    ...(features.length > 0 ? ["--features", features.join(",")] : []),
    ...["--message-format", "json-render-diagnostics"],
    ...(options.strip ? ["--", "-C", "strip=symbols"] : []),
  ];
  const child = Bun.spawn(command, {
    cwd: folder,
    env: { ...process.env, ...build.environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const [text, exitCode] = await Promise.all([child.stdout.text(), child.exited]);
  if (exitCode !== 0) throw new GenerationError([`${crate}: no addon (${command.join(" ")}).`]);
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
