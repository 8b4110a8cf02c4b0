/** zig and cargo-zigbuild, from PyPI: what links addons for other machines. */
import { delimiter, join } from "node:path";
import { root } from "../paths.ts";
import { run } from "../run.ts";
import { ensurePipFolder, ONLY_WHEELS, PIP_INSTALL } from "../upstream/pip-folder.ts";

const FOLDER = join(root, ".stator", "cross");
const REQUIREMENTS = join(import.meta.dir, "requirements.txt");
/** zig has 90 MB. */
const INSTALL_LIMIT_MS = 10 * 60_000;

/**
 * Gives the variables with which `cargo-zigbuild` is found, and installs it first if it is not there, below
 * `.stator/cross`. What PATH has already is taken as it is. Throws when it cannot be had, with the reason.
 */
export async function crossTools(folder = FOLDER): Promise<Record<string, string>> {
  const path = process.env["PATH"] ?? "";
  if (Bun.which("cargo-zigbuild", { PATH: path }) !== null) return {};
  await ensurePipFolder({
    folder,
    requirements: REQUIREMENTS,
    name: "zig and cargo-zigbuild",
    async fill({ command }, fresh) {
      const what = [ONLY_WHEELS, "--requirement", REQUIREMENTS, "--target", fresh];
      const result = await run([...command, ...PIP_INSTALL, ...what], { show: "stderr", limitMs: INSTALL_LIMIT_MS });
      if (result.exitCode === 0) return;
      throw new Error(
        "zig and cargo-zigbuild could not be installed from PyPI; the output of pip is above. " +
          "With a cargo-zigbuild on PATH nothing is installed.",
      );
    },
  });
  return {
    PATH: [join(folder, "bin"), path].join(delimiter),
    CARGO_ZIGBUILD_ZIG_PATH: join(folder, "ziglang", process.platform === "win32" ? "zig.exe" : "zig"),
  };
}
