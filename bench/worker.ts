import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { lines } from "../scripts/lib/lines.ts";
import type { Measurement } from "./measure.ts";
import { peerCommand } from "./peer-command.ts";
import type { PeerCommand } from "./peer-command.ts";

/** What a worker reports at its end: its time of the processor in microseconds, and its peak memory. */
export type WorkerResult = Pick<Measurement, "cpu" | "workerMemory">;

/** The worker's process of a peer, ready to be called, and the callers that are started for it. */
export class Worker implements AsyncDisposable {
  readonly peer: string;
  readonly address: string;
  readonly pid: number;
  /** It and the processes that it needs; empty if it does not say. */
  readonly processes: readonly number[];
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit" | "ignore">;
  readonly #output: AsyncGenerator<string>;
  readonly #folder: string;
  readonly #timer: Timer;
  /** Microseconds that this process and its callers took, once they have ended. */
  spent = 0;

  private constructor(parts: {
    peer: string;
    address: string;
    processes: readonly number[];
    child: Bun.Subprocess<"pipe", "pipe", "inherit" | "ignore">;
    output: AsyncGenerator<string>;
    folder: string;
    timer: Timer;
  }) {
    this.peer = parts.peer;
    this.address = parts.address;
    this.pid = parts.child.pid;
    this.processes = parts.processes;
    this.#child = parts.child;
    this.#output = parts.output;
    this.#folder = parts.folder;
    this.#timer = parts.timer;
  }

  /** @param limitMs it is killed after this time, whatever it does. */
  static async start(peer: string, limitMs: number): Promise<Worker> {
    const folder = mkdtempSync(join(tmpdir(), "stator-bench-"));
    const command = await peerCommand(peer, "server", folder, []);
    const child = Bun.spawn([...command.argv], {
      env: environment(command),
      stdin: "pipe",
      stdout: "pipe",
      stderr: command.stderr,
    });
    const timer = setTimeout(() => child.kill(9), limitMs);
    const output = lines(child.stdout);
    try {
      const ready = await nextLine<{ address: string; processes?: number[] }>(output, `the worker of ${peer}`);
      const { address, processes = [] } = ready;
      return new Worker({ peer, address, processes, child, output, folder, timer });
    } catch (error) {
      clearTimeout(timer);
      child.kill();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A calling process; `task` is what its program takes. */
  async call(task: object, limitMs: number): Promise<Caller> {
    const command = await peerCommand(this.peer, "client", this.#folder, [this.address, JSON.stringify(task)]);
    const child = Bun.spawn([...command.argv], {
      env: environment(command),
      stdin: "ignore",
      stdout: "pipe",
      stderr: command.stderr,
      timeout: limitMs,
    });
    return new Caller(this, child);
  }

  /** Lets it end and gives its report. */
  async end(): Promise<WorkerResult> {
    await this.#child.stdin.end();
    const result = await nextLine<WorkerResult>(this.#output, `the worker of ${this.peer}`);
    await this.#child.exited;
    this.spent += Number(this.#child.resourceUsage()?.cpuTime.total ?? 0);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#child.kill();
    await this.#child.exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A calling process. It ends by itself. */
export class Caller {
  readonly pid: number;
  readonly #worker: Worker;
  readonly #child: Bun.Subprocess<"ignore", "pipe", "inherit" | "ignore">;
  readonly #output: AsyncGenerator<string>;

  constructor(worker: Worker, child: Bun.Subprocess<"ignore", "pipe", "inherit" | "ignore">) {
    this.pid = child.pid;
    this.#worker = worker;
    this.#child = child;
    this.#output = lines(child.stdout);
  }

  /** The next line of JSON that it prints. */
  next<T>(): Promise<T> {
    return nextLine<T>(this.#output, `the caller of ${this.#worker.peer}`);
  }

  /** Waits until it has ended. */
  async end(): Promise<void> {
    await this.#child.exited;
    this.#worker.spent += Number(this.#child.resourceUsage()?.cpuTime.total ?? 0);
  }

  kill(): void {
    this.#child.kill();
  }
}

function environment(command: PeerCommand): Record<string, string | undefined> {
  return { ...process.env, DYN_LOG: process.env["DYN_LOG"] ?? "warn", ...command.environment };
}

async function nextLine<T>(output: AsyncGenerator<string>, who: string): Promise<T> {
  const line = await output.next();
  if (line.done === true) throw new Error(`${who} ended without a result; see its output above.`);
  return JSON.parse(line.value) as T;
}
