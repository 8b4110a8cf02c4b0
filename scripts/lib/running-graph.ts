import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolEnvironment } from "./environment.ts";
import { lines } from "./lines.ts";
import { root } from "./paths.ts";

/** Longest time for the processes to start, and to end after they were told to drain. */
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 30_000;

/** A graph that runs, each service in processes of its own. */
export interface RunningGraph extends AsyncDisposable {
  /** Where it answers over HTTP, such as `http://127.0.0.1:8000`. */
  readonly url: string;
  /** The folder of its discovery. */
  readonly discovery: string;
  /** The exit code of the command that runs the graph. */
  readonly exited: Promise<number>;
  /** Ends all processes and removes the discovery folder. Gives the exit code; a second call joins the first. */
  stop(): Promise<number>;
}

/** What `stator serve` is told. */
export interface StartOptions {
  /** `file#Name`, relative to the root. */
  readonly target: string;
  /** Further options, such as `-f agg.yaml`. */
  readonly options?: readonly string[];
  /** HTTP port; 0 takes any free one. */
  readonly port: number;
  /** Receives what the processes print, line by line. */
  readonly log: (line: string) => void;
  /** Whether the graph ends when this process is told to, while it starts, too. Default: false. */
  readonly signals?: boolean;
}

/** Starts a graph through the command `stator`, with discovery in a private folder that goes away with it. */
export async function startGraph(start: StartOptions): Promise<RunningGraph> {
  const { target, options = [], port, log, signals = false } = start;
  const folder = mkdtempSync(join(tmpdir(), "stator-run-"));
  const discovery = join(folder, "discovery");
  const command = ["packages/sdk/src/cli/stator.ts", "serve", target, ...options];
  const place = ["--discovery", "file", "--file-path", discovery];
  const supervisor = Bun.spawn([process.execPath, ...command, ...place, "--port", String(port)], {
    cwd: root,
    env: toolEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: Ctrl-C in a terminal would reach it twice, and the second signal forces the end.
    detached: true,
  });
  const ready = Promise.withResolvers<string>();
  const copied = [
    each(supervisor.stdout, (line) => {
      const url = /^ready (http:\S+)$/.exec(line)?.[1];
      if (url === undefined) log(line);
      else ready.resolve(url);
    }),
    each(supervisor.stderr, log),
  ];
  const exited = supervisor.exited.then(async (exitCode) => {
    await Promise.all(copied);
    rmSync(folder, { recursive: true, force: true });
    ready.reject(new Error(`The graph ended with exit code ${exitCode} before it was ready; see its output above.`));
    return exitCode;
  });
  let stopping: Promise<number> | null = null;
  const stop = (): Promise<number> => (stopping ??= terminate(supervisor, exited));

  if (signals) stopOnSignals({ stop });
  const late = new Error(`The graph was not ready within ${START_LIMIT_MS / 1000} s.`);
  const timer = setTimeout(() => ready.reject(late), START_LIMIT_MS);
  try {
    const url = await ready.promise;
    return { url, discovery, exited, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Stops the graph when this process is told to end. */
export function stopOnSignals(graph: Pick<RunningGraph, "stop">): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void graph.stop());
}

async function each(stream: ReadableStream<Uint8Array>, use: (line: string) => void): Promise<void> {
  for await (const line of lines(stream)) use(line);
}

/** Lets the graph drain; what does not end in time is killed, and its children notice that by themselves. */
async function terminate(supervisor: Bun.Subprocess, exited: Promise<number>): Promise<number> {
  supervisor.kill("SIGTERM");
  const timer = setTimeout(() => supervisor.kill("SIGKILL"), STOP_LIMIT_MS);
  try {
    return await exited;
  } finally {
    clearTimeout(timer);
  }
}
