import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.ts";

/** The versions of Node that callers are tried with: the oldest that they support, and the next one with long support. */
export const NODE_VERSIONS = ["22.23.3", "24.21.0"] as const;

/**
 * The program of a version of Node, from the package `node` of npm. It is kept below `.stator/node`.
 *
 * @throws Error with what npm has said when it cannot be had.
 */
export async function nodeBinary(version: string): Promise<string> {
  const kept = join(root, ".stator", "node");
  const program = join(kept, version, "node_modules", "node", "bin", "node");
  if (existsSync(program)) return program;
  mkdirSync(kept, { recursive: true });
  const folder = mkdtempSync(join(kept, "install-"));
  try {
    // The package fetches the one for the platform in a script of its own.
    const command = ["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", `node@${version}`];
    const child = Bun.spawn(command, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const [out, error, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    if (exitCode !== 0) throw new Error(`Node ${version} could not be installed:\n${out}${error}`);
    // Another process may have been faster.
    if (!existsSync(program)) renameSync(folder, join(kept, version));
    return program;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
