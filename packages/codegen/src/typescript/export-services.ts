import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { GenerationError } from "../generation-error.ts";
import type { ExportReply, ExportRequest } from "./export-messages.ts";
import { readTargets, type Target } from "./target.ts";

/** Longest time that modules may take to load. One that waits at its top level would wait for ever. */
const LIMIT_MS = 60_000;

/**
 * The document of services in TypeScript, and what its clients will not check. `targets` are `<file>#<Service>`, relative
 * to `folder`, or files of which all services count.
 *
 * The modules run in a process of their own; what they print goes to standard error.
 */
export async function exportServices(
  targets: readonly string[],
  folder: string,
): Promise<{ readonly text: string; readonly notes: readonly string[] }> {
  const found = readTargets(targets, folder);
  const request: ExportRequest = { targets: found, source: sourceOf(found) };
  let reply: ExportReply | null = null;
  await using child = Bun.spawn([process.execPath, join(import.meta.dir, "export-child.ts"), JSON.stringify(request)], {
    cwd: folder,
    stdin: "ignore",
    stdout: Bun.stderr,
    stderr: "inherit",
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
    ipc: (message: ExportReply) => {
      reply = message;
    },
  });
  const exitCode = await child.exited;
  return read(reply, targets, exitCode);
}

function read(
  reply: ExportReply | null,
  targets: readonly string[],
  exitCode: number,
): { text: string; notes: readonly string[] } {
  if (reply === null) {
    throw new GenerationError([
      `${targets.join(", ")}: the process that loaded it ended with ${exitCode} before its services were known, or ` +
        `took more than ${LIMIT_MS / 1000} s. Start servers in a module behind \`if (import.meta.main)\`.`,
    ]);
  }
  if (reply.kind === "problems") throw new GenerationError(reply.problems);
  return reply;
}

/** The same wherever the command runs: files are told from their package on. */
function sourceOf(targets: readonly Target[]): string {
  return targets
    .map(({ file, service }) => {
      const path = relative(packageOf(dirname(file)), file).replaceAll(sep, "/");
      return service === null ? path : `${path}#${service}`;
    })
    .join(", ");
}

function packageOf(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  return parent === folder ? process.cwd() : packageOf(parent);
}
