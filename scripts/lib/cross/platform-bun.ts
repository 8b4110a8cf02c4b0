/** Bun for other platforms, with the libraries that it needs there, in an emulator: what addons for them are tried in. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";

import { root } from "../paths.ts";
import { serverBinary } from "../servers/server-binary.ts";
import { findPip } from "../upstream/pip.ts";
import { ONLY_WHEELS, PIP_OPTIONS } from "../upstream/pip-folder.ts";
import { debianPackage } from "./debian-package.ts";
import { succeed } from "./succeed.ts";

/** Platforms, by the names that addons have. */
export type EmulatedPlatform = "linux-arm64-gnu" | "linux-arm64-musl" | "linux-x64-musl";

interface Machine {
  /** As npm calls it. */
  readonly cpu: "arm64" | "x64";
  /** The package with Bun. */
  readonly bun: string;
  readonly qemu: string;
  /** Fills the folder that takes the place of `/`. */
  readonly fill: (rootFolder: string, scratch: string) => Promise<void>;
}

const MACHINES: Readonly<Record<EmulatedPlatform, Machine>> = {
  "linux-arm64-gnu": { cpu: "arm64", bun: "@oven/bun-linux-aarch64", qemu: "qemu-aarch64", fill: fillGlibc },
  "linux-arm64-musl": {
    cpu: "arm64",
    bun: "@oven/bun-linux-aarch64-musl",
    qemu: "qemu-aarch64",
    fill: (into, scratch) => fillMusl({ debian: "arm64", machine: "aarch64" }, into, scratch),
  },
  "linux-x64-musl": {
    cpu: "x64",
    bun: "@oven/bun-linux-x64-musl",
    qemu: "qemu-x86_64",
    fill: (into, scratch) => fillMusl({ debian: "amd64", machine: "x86_64" }, into, scratch),
  },
};
const FOLDER = join(root, ".stator", "platforms");

/**
 * The words that start Bun of this version for a platform. What is needed is fetched once, from npm, Debian and PyPI, below
 * `.stator/platforms`. Needs a Debian system on x86-64. Throws with the reason when something cannot be had.
 */
export async function platformBun(platform: EmulatedPlatform): Promise<readonly string[]> {
  const machine = MACHINES[platform];
  const folder = join(FOLDER, platform);
  if (!existsSync(folder)) await fill(machine, folder);
  const qemu = await serverBinary({ name: `${machine.qemu}-static`, debianPackage: "qemu-user-static" });
  return [qemu, "-cpu", "max", "-L", join(folder, "root"), join(folder, "bun")];
}

async function fill({ cpu, bun, fill: fillRoot }: Machine, folder: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const scratch = mkdtempSync(`${folder}.scratch-`);
  const fresh = join(scratch, "fresh");
  try {
    mkdirSync(join(fresh, "root"), { recursive: true });
    writeFileSync(join(scratch, "package.json"), "{}");
    const install = ["add", "--exact", "--os=linux", `--cpu=${cpu}`, `${bun}@${Bun.version}`];
    await succeed([process.execPath, ...install], scratch);
    renameSync(join(scratch, "node_modules", bun, "bin", "bun"), join(fresh, "bun"));
    await fillRoot(join(fresh, "root"), scratch);
    // Whole, or not there; somebody else may have been faster.
    if (!existsSync(folder)) renameSync(fresh, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function fillGlibc(into: string, scratch: string): Promise<void> {
  const unpacked = await debianPackage("libc6-arm64-cross", scratch);
  renameSync(join(unpacked, "usr", "aarch64-linux-gnu", "lib"), join(into, "lib"));
}

/** musl itself is Debian's. Nobody packages the C++ library for it alone, so it comes out of a wheel that brings it. */
async function fillMusl(
  { debian, machine }: { readonly debian: string; readonly machine: string },
  into: string,
  scratch: string,
): Promise<void> {
  // What Alpine links today, older ones than 1.2.4 cannot load.
  const unpacked = await debianPackage("musl", scratch, { suite: "trixie", architecture: debian });
  const loader = `ld-musl-${machine}.so.1`;
  const libraries = join(into, "lib");
  mkdirSync(libraries);
  // It is a link there.
  copyFileSync(join(unpacked, "usr", "lib", loader), join(libraries, loader));
  const { command } = await findPip(join(scratch, "pip"));
  const which = [ONLY_WHEELS, "--no-deps", "--platform", `musllinux_1_2_${machine}`, "--python-version", "3.12"];
  await succeed([...command, "download", ...PIP_OPTIONS, ...which, "--dest", scratch, "numpy==2.3.5"], scratch);
  const wheel = readdirSync(scratch).find((name) => name.endsWith(".whl")) ?? "";
  const extract = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
  const { python } = await findPip(join(scratch, "pip"));
  await succeed([python.path, "-c", extract, wheel, "wheel"], scratch);
  for (const path of new Bun.Glob("numpy.libs/{libstdc++,libgcc_s}-*").scanSync({ cwd: join(scratch, "wheel") })) {
    renameSync(join(scratch, "wheel", path), join(libraries, basename(path)));
    if (basename(path).startsWith("libstdc++")) symlinkSync(basename(path), join(libraries, "libstdc++.so.6"));
  }
}
