/**
 * The published wheel of the original, `ai-dynamo-runtime`: what our own behaviour is compared with, and what the Python
 * side of the examples runs on.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.ts";
import { run } from "../run.ts";
import { announce } from "../step.ts";
import { FileLock } from "./file-lock.ts";
import { findPip } from "./pip.ts";
import { probe } from "./python.ts";

/** The version that everything is compared with unless another one is named. */
export const UPSTREAM_VERSION = "1.6.1";

const BASE = join(root, ".stator", "upstream");
const PACKAGE = "ai-dynamo-runtime";
/** What it stands on, at fixed versions. */
const REQUIREMENTS = join(import.meta.dir, "requirements.txt");
/** The largest of the wheels has 75 MB. */
const INSTALL_LIMIT_MS = 10 * 60_000;
/** Written last: a folder without it is not complete. */
const MARKER = "stator-installed.json";

/** An installed wheel, and what a program needs to run with it. */
export interface UpstreamWheel {
  /** Such as `1.6.1`. */
  readonly version: string;
  /** Absolute path of the interpreter that it was installed for. */
  readonly python: string;
  /** Such as `3.11.7`. */
  readonly pythonVersion: string;
  /** Where its packages are. */
  readonly folder: string;
  /** Variables to add to those of this process: `{ ...process.env, ...wheel.environment }`. */
  readonly environment: Readonly<Record<string, string>>;
}

type Marker = Pick<UpstreamWheel, "python" | "pythonVersion"> & { readonly requirements: string };

/**
 * Gives the wheel of a version, and installs it first if it is not there: below `.stator/upstream`, for whatever Python
 * 3.11 or newer the machine has. Quick when it is there. Processes that ask at once wait for the one that installs.
 *
 * @param version a published version. Default `1.6.1`.
 * @param base the folder that has a folder for each version.
 * @throws Error when it cannot be had, with the reason and what to do.
 */
export async function upstreamWheel(version: string = UPSTREAM_VERSION, base = BASE): Promise<UpstreamWheel> {
  if (!/^\d+(\.\d+)+[a-z0-9.]*$/.test(version)) {
    throw new Error(`${JSON.stringify(version)} is no version of ${PACKAGE}; write one such as ${UPSTREAM_VERSION}.`);
  }
  const folder = join(base, version);
  const found = installed(folder, version);
  if (found !== null) return found;

  mkdirSync(base, { recursive: true });
  const scratch = join(base, `${version}.scratch-${process.pid}`);
  const fresh = join(base, `${version}.partial-${process.pid}`);
  try {
    const { python, command } = await findPip(scratch);
    await using _ = await FileLock.take(python.path, join(base, `${version}.lock`), () => {
      announce(`Waiting for another process that installs ${PACKAGE} ${version}`, "stderr");
    });
    // Another process may have done it meanwhile.
    const foundNow = installed(folder, version);
    if (foundNow !== null) return foundNow;
    removeLeftovers(base, version);
    announce(`Installing ${PACKAGE} ${version} for Python ${python.version} (once)`, "stderr");
    await install(command, version, fresh);
    const wheel = describe(version, folder, { python: python.path, pythonVersion: python.version });
    tryIt(wheel, fresh);
    const marker: Marker = { python: python.path, pythonVersion: python.version, requirements: requirements() };
    writeFileSync(join(fresh, MARKER), JSON.stringify(marker));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    return wheel;
  } finally {
    for (const path of [scratch, fresh]) rmSync(path, { recursive: true, force: true });
  }
}

/** Null when it is not there, not complete, of other dependencies, or for a Python that has gone or changed. */
function installed(folder: string, version: string): UpstreamWheel | null {
  let marker: Marker;
  try {
    marker = JSON.parse(readFileSync(join(folder, MARKER), "utf8")) as Marker;
  } catch {
    return null;
  }
  if (marker.requirements !== requirements()) return null;
  const python = probe(marker.python);
  if (typeof python === "string" || python.version !== marker.pythonVersion) return null;
  return describe(version, folder, marker);
}

function describe(
  version: string,
  folder: string,
  { python, pythonVersion }: Pick<UpstreamWheel, "python" | "pythonVersion">,
): UpstreamWheel {
  return { version, python, pythonVersion, folder, environment: environment(folder) };
}

/** Its packages come before those of the machine; the user's own stay out. */
function environment(folder: string): Record<string, string> {
  return {
    PYTHONPATH: folder,
    PYTHONNOUSERSITE: "1",
    // Lines arrive when they are printed, in UTF-8 whatever the locale is; nothing is written beside the scripts.
    PYTHONUNBUFFERED: "1",
    PYTHONUTF8: "1",
    PYTHONDONTWRITEBYTECODE: "1",
  };
}

async function install(pip: readonly string[], version: string, target: string): Promise<void> {
  const options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-user", "--root-user-action=ignore"];
  // Only wheels, so that nothing of a package runs when it is installed; and no more than the list has, so that pip does
  // not compare it with the packages of the machine, which play no part.
  const what = ["--only-binary=:all:", "--no-deps", "--requirement", REQUIREMENTS, `${PACKAGE}==${version}`];
  const command = [...pip, "install", ...options, "--target", target, ...what];
  const result = await run(command, { show: "stderr", limitMs: INSTALL_LIMIT_MS });
  if (result.exitCode === 0) return;
  throw new Error(
    `${PACKAGE} ${version} could not be installed: pip ${ending(result.exitCode)}; its output is above. The package ` +
      `comes from PyPI, for Linux with glibc 2.28 or newer on x86-64 and ARM64; this is ${process.platform} on ` +
      `${process.arch}.`,
  );
}

function ending(exitCode: number | null): string {
  return exitCode === null ? "was ended" : `ended with exit code ${exitCode}`;
}

/** A wheel that cannot be loaded here must not count as installed. */
function tryIt(wheel: UpstreamWheel, folder: string): void {
  const result = Bun.spawnSync([wheel.python, "-c", "import dynamo.runtime"], {
    env: { ...process.env, ...environment(folder) },
    stdout: "ignore",
    stderr: "pipe",
  });
  if (result.exitCode === 0) return;
  const said = result.stderr.toString().trim();
  throw new Error(`${PACKAGE} ${wheel.version} was installed, but ${wheel.python} cannot import it:\n${said}`);
}

/** What processes left that were ended in the middle. Only for the one that has the lock. */
function removeLeftovers(base: string, version: string): void {
  for (const name of readdirSync(base)) {
    if (name.startsWith(`${version}.partial-`)) rmSync(join(base, name), { recursive: true, force: true });
  }
}

function requirements(): string {
  return readFileSync(REQUIREMENTS, "utf8");
}
