import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { root } from "./paths.ts";

/**
 * The environment for child processes: `bun` and the workspace's tools are on PATH.
 *
 * Under `npx bun` neither is there by itself, and the executable is not always called `bun`.
 */
export function toolEnvironment(): Record<string, string | undefined> {
  const own = [binFolder(), join(root, "node_modules", ".bin")];
  return { ...process.env, PATH: [...own, process.env["PATH"] ?? ""].join(delimiter) };
}

/** A folder that holds the running Bun under the name `bun`. */
function binFolder(): string {
  if (/[/\\]bun(\.exe)?$/.test(process.execPath)) return dirname(process.execPath);
  const folder = join(root, ".stator", "bin");
  mkdirSync(folder, { recursive: true });
  const link = join(folder, process.platform === "win32" ? "bun.exe" : "bun");
  try {
    symlinkSync(process.execPath, link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return folder;
}
