import { join } from "node:path";
import { run } from "../run.ts";
import { announce } from "../step.ts";
import { findPythons, type Python } from "./python.ts";

/** An interpreter, and the command that installs packages for it. */
export interface Pip {
  readonly python: Python;
  readonly command: readonly string[];
}

const DEBIAN_PACKAGES = ["python3", "python3-pip"];
/** Where they put it, whatever else PATH has. */
const DEBIAN_PYTHON = "/usr/bin/python3";

/**
 * Finds a Python that can install packages: one that has pip, else one that can make a virtual environment with pip in
 * it, else, as root on a Debian-like machine, that of the distribution, which is installed. Throws and says how to help
 * otherwise.
 *
 * @param scratch an empty folder for the virtual environment; it may be removed when pip has done its work.
 */
export async function findPip(scratch: string): Promise<Pip> {
  const pip = await pipOf(findPythons().usable, scratch);
  if (pip !== null) return pip;
  if (await installDebianPackages()) {
    const installed = await pipOf(findPythons([DEBIAN_PYTHON]).usable, scratch);
    if (installed !== null) return installed;
  }
  throw new Error(advice());
}

async function pipOf(pythons: readonly Python[], scratch: string): Promise<Pip | null> {
  const ready = pythons.find((python) => python.pip);
  if (ready !== undefined) return { python: ready, command: [ready.path, "-I", "-m", "pip"] };
  for (const [index, python] of pythons.filter(({ ensurepip }) => ensurepip).entries()) {
    const folder = join(scratch, `venv-${index}`);
    const { exitCode } = await run([python.path, "-I", "-m", "venv", folder], { show: "stderr", limitMs: 120_000 });
    if (exitCode === 0) return { python, command: [join(folder, "bin", "python"), "-I", "-m", "pip"] };
  }
  return null;
}

/** Gives false where that is not possible; what apt-get says about it has been shown by then. */
async function installDebianPackages(): Promise<boolean> {
  if (Bun.which("apt-get", { PATH: process.env["PATH"] ?? "" }) === null || process.getuid?.() !== 0) return false;
  announce(`Installing the Debian packages ${DEBIAN_PACKAGES.join(", ")}`, "stderr");
  const aptGet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "--quiet"];
  for (const step of [["update"], ["install", "--no-install-recommends", ...DEBIAN_PACKAGES]]) {
    const { exitCode } = await run([...aptGet, ...step], { show: "stderr", limitMs: 300_000 });
    if (exitCode !== 0) return false;
  }
  return true;
}

function advice(): string {
  const { usable, refused } = findPythons();
  const seen = [...usable.map(({ path }) => `${path}: it has neither pip nor ensurepip`), ...refused];
  return [
    "Python 3.11 or newer with pip was not found.",
    "Install it (on Debian and Ubuntu: apt-get install python3 python3-pip), then run this again.",
    ...(seen.length === 0 ? [] : ["These were looked at:", ...seen.map((line) => `  ${line}`)]),
  ].join("\n");
}
