import { rmSync, writeFileSync } from "node:fs";
import { CONFIG_VARIABLES } from "../configuration/load-layers.ts";
import { runFolder, settingsFile } from "../control/run-folder.ts";
import type { ServiceDescription } from "../supervision/messages.ts";
import { type Launch, launchCommand, launchTask } from "./launch.ts";
import type { PlannedService } from "./worker-plan.ts";

/** What all processes of a graph have in common. */
export interface GraphLaunchOptions {
  readonly target: string;
  /** The program of our own children, and what stands before their task. */
  readonly child: readonly string[];
  readonly host: string;
  readonly drainMs: number;
  readonly environment: Record<string, string | undefined>;
}

/** Linux takes no variable of 128 KiB; longer settings go through a file. */
const LONGEST_VARIABLE = 100 * 1024;

/** How one worker is started: its environment, its configuration, its GPUs. */
export function launchWorker(
  { target, child, host, drainMs, environment }: GraphLaunchOptions,
  settings: string,
  { description, port: wanted }: PlannedService,
  port: number,
  gpus: readonly string[],
): Launch {
  const { className, id, command, defaultEnv, env } = description;
  const set = Object.entries(env).map(([name, value]) => [name, value ?? undefined] as const);
  const own: Record<string, string | undefined> = {
    ...defaultEnv,
    ...environment,
    ...Object.fromEntries(set),
    ...(gpus.length === 0 ? {} : { CUDA_VISIBLE_DEVICES: gpus.join(",") }),
  };
  if (command !== null) return launchCommand(className, command, own, drainMs);
  // Workers that come later share the port, too.
  const http = { host, port, reusePort: wanted !== null };
  return launchTask(
    child,
    { task: "serve", target, service: id, http, drainMs },
    { ...own, [CONFIG_VARIABLES.resolved]: settings },
  );
}

/** The configuration of all services as one value of the environment: JSON, or the path of a file with it. */
export function settingsVariable(services: readonly ServiceDescription[]): string {
  const parts = services.map(({ id, settings }) => `${JSON.stringify(id)}:${settings}`);
  const text = `{${parts.join(",")}}`;
  if (Buffer.byteLength(text) < LONGEST_VARIABLE) return text;
  const path = settingsFile(runFolder(), process.pid);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** Removes the file, if there is one: nothing is started any more. */
export function removeSettings(): void {
  try {
    rmSync(settingsFile(runFolder(), process.pid), { force: true });
  } catch {
    // A folder that cannot be used has no such file.
  }
}
