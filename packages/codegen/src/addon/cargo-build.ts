import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GenerationError } from "../generation-error.ts";
import type { AddonTarget } from "./addon-target.ts";

/** What compiles for a target. */
export type CargoBuild = {
  /** The program. */
  readonly cargo: string;
  /** Its subcommand that is `cargo build`. */
  readonly build: "build" | "zigbuild";
  /** What `--target` is given. */
  readonly target: string;
  /** Variables beside those of this process. */
  readonly environment: Readonly<Record<string, string>>;
};

/**
 * Finds what compiles for a target: Cargo alone where the machine's own linker does it or a linker is configured for the
 * target (`CARGO_TARGET_<TRIPLE>_LINKER`), else cargo-zigbuild. Adds the target to rustc when it is missing.
 */
export async function cargoBuild(target: AddonTarget, folder: string): Promise<CargoBuild> {
  const { triple, glibc } = target;
  const zig = target.zig && !hasLinker(triple);
  const cargo = zig ? findZigbuild(triple) : findProgram("cargo");
  await addTarget(triple, folder);
  return {
    cargo,
    build: zig ? "zigbuild" : "build",
    target: zig && glibc !== null ? `${triple}.${glibc}` : triple,
    environment: {
      ...(triple.endsWith("-musl") ? dynamicLibc(triple) : {}),
      ...(triple.endsWith("-windows-gnu") ? await nodeLibrary(folder) : {}),
    },
  };
}

/** Throws when it is not there. */
export function findProgram(name: "cargo" | "rustc"): string {
  const path = Bun.which(name, { PATH: process.env["PATH"] ?? "" });
  if (path !== null) return path;
  throw new GenerationError([`${name} was not found on PATH. Install Rust (https://rustup.rs) to build an addon.`]);
}

function findZigbuild(triple: string): string {
  findProgram("cargo");
  const path = Bun.which("cargo-zigbuild", { PATH: process.env["PATH"] ?? "" });
  if (path !== null) return path;
  throw new GenerationError([
    `${triple}: cargo-zigbuild, which links for other machines, was not found on PATH.`,
    "Install it with `pip install cargo-zigbuild ziglang`, best into a virtual environment whose bin is on PATH.",
    `With a linker of your own, set ${variable(triple, "LINKER")} to it instead.`,
  ]);
}

function hasLinker(triple: string): boolean {
  // Apple's tools compile for both of its machines.
  if (process.platform === "darwin" && triple.endsWith("-apple-darwin")) return true;
  return (process.env[variable(triple, "LINKER")] ?? "") !== "";
}

function variable(triple: string, what: "LINKER" | "RUSTFLAGS"): string {
  return `CARGO_TARGET_${triple.toUpperCase().replaceAll("-", "_")}_${what}`;
}

async function addTarget(triple: string, folder: string): Promise<void> {
  const libraries = await output([findProgram("rustc"), "--print", "target-libdir", "--target", triple], folder);
  if (existsSync(libraries.trim())) return;
  const rustup = Bun.which("rustup", { PATH: process.env["PATH"] ?? "" });
  if (rustup === null) {
    throw new GenerationError([
      `${triple}: this Rust has no standard library for it (${libraries.trim()}), and rustup, which fetches it, is not ` +
        "on PATH. Install the target with what installed Rust, or use rustup (https://rustup.rs).",
    ]);
  }
  const child = Bun.spawn([rustup, "target", "add", triple], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  if ((await child.exited) !== 0) throw new GenerationError([`${triple}: rustup target add ${triple} failed.`]);
}

/** musl's own libc is linked statically unless told otherwise, and then there are no dynamic libraries at all. */
function dynamicLibc(triple: string): Record<string, string> {
  // RUSTFLAGS replaces those of a target.
  const name = process.env["RUSTFLAGS"] === undefined ? variable(triple, "RUSTFLAGS") : "RUSTFLAGS";
  return { [name]: `${process.env[name] ?? ""} -C target-feature=-crt-static`.trim() };
}

/**
 * napi wants the library of Node there is on Windows with GNU's tools, although nothing is taken from it: symbols are
 * looked up when the addon is loaded. An empty one satisfies it.
 */
async function nodeLibrary(folder: string): Promise<Record<string, string>> {
  if (process.env["LIBNODE_PATH"] !== undefined) return {};
  const metadata = await output([findProgram("cargo"), "metadata", "--no-deps", "--format-version", "1"], folder);
  const { target_directory: target } = JSON.parse(metadata) as { target_directory: string };
  const path = join(target, "stator", "libnode");
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "libnode.dll"), "");
  writeFileSync(join(path, "libnode.a"), "!<arch>\n");
  return { LIBNODE_PATH: path };
}

async function output(command: readonly string[], cwd: string): Promise<string> {
  const child = Bun.spawn([...command], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  const [text, exitCode] = await Promise.all([child.stdout.text(), child.exited]);
  if (exitCode !== 0) throw new GenerationError([`${command.join(" ")} ended with exit code ${exitCode}.`]);
  return text;
}
