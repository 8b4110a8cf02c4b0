import { join } from "node:path";

import { root } from "./command.ts";

/** What a command of `stator` has printed, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const CLI = join(root, "packages/sdk/src/cli/stator.ts");

/** Runs one command of the command line to its end. */
export async function stator(
  argv: readonly string[],
  environment: Record<string, string> = {},
  input = "",
): Promise<Ran> {
  const child = Bun.spawn([process.execPath, CLI, ...argv], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: [new Blob([input]), "pipe", "pipe"],
    timeout: 60_000,
  });
  const [code, stdout, stderr] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, stdout, stderr };
}

/** The same for one that prints JSON and succeeds. */
export async function statorJson<T>(argv: readonly string[], environment: Record<string, string> = {}): Promise<T> {
  const { code, stdout, stderr } = await stator([...argv, "--json"], environment);
  if (code !== 0) throw new Error(`stator ${argv.join(" ")} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
