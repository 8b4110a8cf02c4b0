/** zig and cargo-zigbuild, from PyPI: what links addons for other machines. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root } from "../paths.ts";
import { run } from "../run.ts";
import { announce } from "../step.ts";
import { FileLock } from "../upstream/file-lock.ts";
import { findPip } from "../upstream/pip.ts";

const FOLDER = join(root, ".stator", "cross");
const REQUIREMENTS = join(import.meta.dir, "requirements.txt");
/** zig has 90 MB. */
const INSTALL_LIMIT_MS = 10 * 60_000;
/** Written last: a folder without it, or with another text, is not complete. */
const MARKER = "stator-installed.txt";

/**
 * Gives the variables with which `cargo-zigbuild` is found, and installs it first if it is not there, below
 * `.stator/cross`. What PATH has already is taken as it is. Throws when it cannot be had, with the reason.
 */
export async function crossTools(folder = FOLDER): Promise<Record<string, string>> {
  const path = process.env["PATH"] ?? "";
  if (Bun.which("cargo-zigbuild", { PATH: path }) !== null) return {};
  if (!isInstalled(folder)) await install(folder);
  return {
    PATH: [join(folder, "bin"), path].join(delimiter),
    CARGO_ZIGBUILD_ZIG_PATH: join(folder, "ziglang", process.platform === "win32" ? "zig.exe" : "zig"),
  };
}

function isInstalled(folder: string): boolean {
  const marker = join(folder, MARKER);
  return existsSync(marker) && readFileSync(marker, "utf8") === readFileSync(REQUIREMENTS, "utf8");
}

async function install(folder: string): Promise<void> {
  mkdirSync(join(folder, ".."), { recursive: true });
  const scratch = `${folder}.scratch-${process.pid}`;
  const fresh = `${folder}.partial-${process.pid}`;
  try {
    const { python, command } = await findPip(scratch);
    await using _ = await FileLock.take(python.path, `${folder}.lock`, () => {
      announce("Waiting for another process that installs cargo-zigbuild", "stderr");
    });
    // Another process may have done it meanwhile.
    if (isInstalled(folder)) return;
    announce("Installing zig and cargo-zigbuild (once)", "stderr");
    const options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-user", "--root-user-action=ignore"];
    // Only wheels, so that nothing of a package runs when it is installed.
    const what = ["--only-binary=:all:", "--no-deps", "--requirement", REQUIREMENTS, "--target", fresh];
    const result = await run([...command, "install", ...options, ...what], {
      show: "stderr",
      limitMs: INSTALL_LIMIT_MS,
    });
    if (result.exitCode !== 0) {
      throw new Error(
        "zig and cargo-zigbuild could not be installed from PyPI; the output of pip is above. " +
          "With a cargo-zigbuild on PATH nothing is installed.",
      );
    }
    writeFileSync(join(fresh, MARKER), readFileSync(REQUIREMENTS, "utf8"));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    for (const path of [scratch, fresh]) rmSync(path, { recursive: true, force: true });
  }
}
