import { constants } from "node:os";
import { fileURLToPath } from "node:url";

import { LIFELINE_STDIO } from "./lifeline-stdio.ts";
import type { ChildMessage, ChildTask } from "./messages.ts";
import { prefixedLines } from "./prefixed-lines.ts";

const CHILD = fileURLToPath(new URL("./child.ts", import.meta.url));

/** Where a child's output goes. */
export interface ChildOutput {
  readonly prefix: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** How a process ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | number | null;
}

/** One process that runs a task, in a process group of its own: what it starts itself goes with it. */
export class ChildProcess {
  readonly pid: number;
  /** Resolves when the process has gone and its output has been copied. */
  readonly exited: Promise<ChildExit>;
  private readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;

  constructor(
    task: ChildTask,
    environment: Record<string, string | undefined>,
    output: ChildOutput,
    message: (message: ChildMessage) => void,
  ) {
    this.process = Bun.spawn([process.execPath, CHILD, JSON.stringify(task)], {
      // Nothing is ever written to the lifeline: what counts is that it closes when this process ends.
      stdio: ["ignore", "pipe", "pipe", ...LIFELINE_STDIO],
      env: environment,
      detached: true,
      ipc: (received: ChildMessage) => message(received),
      serialization: "json",
    });
    this.pid = this.process.pid;
    const copied = [
      prefixedLines(this.process.stdout, output.prefix, output.stdout),
      prefixedLines(this.process.stderr, output.prefix, output.stderr),
    ];
    this.exited = this.finish(copied);
  }

  /** Sends a signal to the process alone. */
  signal(signal: "SIGTERM"): void {
    this.process.kill(signal);
  }

  /** Ends the process and all that it has started, at once. */
  killGroup(): void {
    try {
      process.kill(-this.pid, constants.signals.SIGKILL);
    } catch (error) {
      // No process of the group is left: that is what was wanted.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  private async finish(copied: Promise<void>[]): Promise<ChildExit> {
    await this.process.exited;
    // Processes that the child has left behind hold its output open, and would outlive the graph.
    this.killGroup();
    await Promise.allSettled(copied);
    return { code: this.process.exitCode, signal: this.process.signalCode };
  }
}
