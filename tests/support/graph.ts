import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Command, until } from "./command.ts";
import { isRunning } from "./processes.ts";

/** One running worker, as the ready file has it. */
export interface RunningWorker {
  readonly pid: number;
  readonly url: string | null;
  readonly instanceId: string;
}

/** A graph under `stator serve`, with discovery in a folder of its own. */
export class Graph implements AsyncDisposable {
  private constructor(
    readonly command: Command,
    readonly url: string,
    /** The folder of file discovery. */
    readonly discovery: string,
    private readonly folder: string,
  ) {}

  /** Resolves when the graph is ready. */
  static async start(
    target: string,
    options: readonly string[] = [],
    environment: Record<string, string> = {},
  ): Promise<Graph> {
    const folder = mkdtempSync(join(tmpdir(), "stator-graph-"));
    const at = options.indexOf("--file-path");
    const shared = at === -1 ? undefined : options[at + 1];
    const discovery = shared ?? join(folder, "discovery");
    const own = ["--port", "0", "--ready-file", join(folder, "ready.json")];
    if (environment["ETCD_ENDPOINTS"] === undefined) {
      own.push("--discovery", "file");
      if (shared === undefined) own.push("--file-path", discovery);
    }
    const command = new Command(["packages/sdk/src/cli/stator.ts", "serve", target, ...own, ...options], environment);
    try {
      const [, url = ""] = await command.line(/^ready (\S+)/);
      return new Graph(command, url, discovery, folder);
    } catch (error) {
      await command[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The workers of a service that run now, such as `hello.backend`. */
  workers(service: string): RunningWorker[] {
    return this.readyFile().services[service]?.filter((worker) => worker !== null) ?? [];
  }

  /** The only worker of a service. */
  worker(service: string): RunningWorker {
    const [worker] = this.workers(service);
    if (worker === undefined) throw new Error(`No worker of ${service} is ready.`);
    return worker;
  }

  /** Where the graph answers for health and metrics, with `--system-port`. */
  systemUrl(): string {
    const { systemUrl } = this.readyFile();
    if (systemUrl === null) throw new Error("The graph has no system port.");
    return systemUrl;
  }

  /** The processes of all services. */
  pids(): number[] {
    return Object.values(this.readyFile().services)
      .flat()
      .flatMap((worker) => worker?.pid ?? []);
  }

  /** Lets the graph drain; gives the exit code, after every process of it has gone. */
  async stop(): Promise<number> {
    const pids = this.pids();
    this.command.signal("SIGTERM");
    const code = await this.command.exited;
    await until(() => !pids.some(isRunning), `the processes ${pids.join(", ")} have gone`);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pids = this.pids();
    await this.command[Symbol.asyncDispose]();
    for (const pid of pids.filter(isRunning)) process.kill(pid, "SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  private readyFile(): { systemUrl: string | null; services: Record<string, (RunningWorker | null)[]> } {
    return JSON.parse(readFileSync(join(this.folder, "ready.json"), "utf8")) as ReturnType<Graph["readyFile"]>;
  }
}
