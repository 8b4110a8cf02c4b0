import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { announce } from "../step.ts";
import { FileLock } from "./file-lock.ts";
import { findPip, type Pip } from "./pip.ts";

export const PIP_OPTIONS = ["--quiet", "--no-input", "--disable-pip-version-check"] as const;
/** For `pip install --target`: only wheels, so that nothing of a package runs when it is installed. */
export const PIP_INSTALL = ["install", ...PIP_OPTIONS, "--no-user", "--root-user-action=ignore", "--no-deps"] as const;
export const ONLY_WHEELS = "--only-binary=:all:";
/** Written last: a folder without it, or with another text, is not complete. */
const MARKER = "stator-installed.txt";

/** What a folder of Python packages has to hold. */
export interface PipFolder {
  /** Absolute; it appears when it is complete. */
  readonly folder: string;
  /** Path of a file with the packages and their versions. */
  readonly requirements: string;
  /** For messages, such as `zig and cargo-zigbuild`. */
  readonly name: string;
  /** Fills the folder `fresh`; `scratch` goes away. Throws when that fails, after its output has been shown. */
  readonly fill: (pip: Pip, fresh: string, scratch: string) => Promise<void>;
}

/** Installs once what a folder has to hold, however many processes ask for it, and again when the requirements change. */
export async function ensurePipFolder({ folder, requirements, name, fill }: PipFolder): Promise<void> {
  const isInstalled = (): boolean => {
    const marker = join(folder, MARKER);
    return existsSync(marker) && readFileSync(marker, "utf8") === readFileSync(requirements, "utf8");
  };
  if (isInstalled()) return;
  mkdirSync(join(folder, ".."), { recursive: true });
  const scratch = `${folder}.scratch-${process.pid}`;
  const fresh = `${folder}.partial-${process.pid}`;
  try {
    const pip = await findPip(scratch);
    await using _ = await FileLock.take(pip.python.path, `${folder}.lock`, () => {
      announce(`Waiting for another process that installs ${name}`, "stderr");
    });
    // Another process may have done it meanwhile.
    if (isInstalled()) return;
    announce(`Installing ${name} (once)`, "stderr");
    await fill(pip, fresh, scratch);
    writeFileSync(join(fresh, MARKER), readFileSync(requirements, "utf8"));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    for (const path of [scratch, fresh]) rmSync(path, { recursive: true, force: true });
  }
}
