import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A copy without the symbols that nobody links against, by the `strip` of this machine. Where there is none, the bytes as they
 * are: `build:release` makes such addons from the start.
 */
export async function stripAddon(bytes: Uint8Array): Promise<Uint8Array> {
  const program = Bun.which("strip");
  if (program === null) return bytes;
  const scratch = mkdtempSync(join(tmpdir(), "stator-strip-"));
  try {
    const file = join(scratch, "addon.node");
    writeFileSync(file, bytes);
    const options = process.platform === "darwin" ? ["-x"] : ["--strip-unneeded"];
    const child = Bun.spawn([program, ...options, file], { stdio: ["ignore", "ignore", "pipe"] });
    const [error, exitCode] = await Promise.all([child.stderr.text(), child.exited]);
    if (exitCode !== 0) throw new Error(`strip ended with ${exitCode}: ${error}`);
    return readFileSync(file);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
