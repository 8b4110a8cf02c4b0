import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
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
  const name = process.platform === "win32" ? "bun.exe" : "bun";
  if (basename(process.execPath) === name) return dirname(process.execPath);
  const folder = join(root, ".stator", "bin");
  const link = join(folder, name);
  mkdirSync(folder, { recursive: true });
  // Made anew and renamed into place: the old link can point to a Bun that is gone, and others may be using it.
  const fresh = `${link}.${process.pid}`;
  symlinkSync(process.execPath, fresh);
  renameSync(fresh, link);
  return folder;
}
