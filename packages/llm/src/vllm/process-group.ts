import { constants } from "node:os";

import { OutputTail } from "./output-tail.ts";

/** What is started. */
export interface ProcessGroupOptions {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Added to the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Gets what it writes to standard error and output. */
  readonly pass: (text: string) => void;
}

/**
 * Waits for the end of its standard input, which this process holds open for as long as it lives, and ends the group then:
 * whatever has become of this process, even SIGKILL, nothing is left behind.
 */
const GUARD = 'read -r _; kill -TERM -"$1" 2>/dev/null || exit 0; sleep 10; kill -KILL -"$1" 2>/dev/null';

/** How long the output of a process that has ended may take to arrive. */
const COPY_MS = 2000;

/** A program with all that it starts itself, in a process group of its own, which ends with this process. */
export class ProcessGroup {
  readonly pid: number;
  /** What it has written last. */
  readonly tail = new OutputTail();
  /** Resolves when the program has ended, with what is to be said of it, such as `code 1`. */
  readonly ended: Promise<string>;
  readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #guard: Bun.Subprocess<"pipe", "ignore", "ignore">;

  /** @throws Error if the program cannot be started. */
  constructor({ command, env, pass }: ProcessGroupOptions) {
    this.#process = Bun.spawn([...command], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
      detached: true,
    });
    this.pid = this.#process.pid;
    // In a group of its own, too: Ctrl-C in a terminal is for this process, which ends the others in order.
    this.#guard = Bun.spawn(["/bin/sh", "-c", GUARD, "engine-guard", String(this.pid)], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    const copied = [this.#process.stdout, this.#process.stderr].map((stream) => this.tail.read(stream, pass));
    this.ended = this.#finish(copied);
  }

  /** Ends the program: SIGTERM, and after `timeoutMs` SIGKILL for all of the group. */
  async stop(timeoutMs: number): Promise<void> {
    this.#signal(constants.signals.SIGTERM);
    const timer = setTimeout(() => this.#signal(constants.signals.SIGKILL), timeoutMs);
    await this.ended;
    clearTimeout(timer);
  }

  async #finish(copied: Promise<void>[]): Promise<string> {
    await this.#process.exited;
    // What the program has left behind, such as processes that hold the GPU.
    this.#signal(constants.signals.SIGKILL);
    this.#guard.kill("SIGKILL");
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, COPY_MS);
    await Promise.race([Promise.allSettled(copied), late.promise]);
    clearTimeout(timer);
    const { exitCode, signalCode } = this.#process;
    return signalCode === null ? `code ${exitCode}` : `${signalCode}`;
  }

  #signal(signal: number): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      // Nobody of the group is left: that is what was wanted.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
