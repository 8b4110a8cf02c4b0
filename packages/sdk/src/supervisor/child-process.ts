import { constants } from "node:os";

import { CHILD_STDIO, READY_FD } from "../supervision/environment.ts";
import type { Launch } from "./launch.ts";
import { messageLines } from "./message-lines.ts";
import type { ChildMessage } from "../supervision/messages.ts";
import { prefixedLines } from "./prefixed-lines.ts";

/** Where a child's output goes. */
export interface ChildOutput {
  readonly prefix: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** How long the output of a process that has ended may take to arrive. */
const COPY_MS = 2_000;

/** How a process ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | number | null;
}

/** One process, in a process group of its own: what it starts itself goes with it. */
export class ChildProcess {
  readonly pid: number;
  /** Resolves when the process has gone and its output has been copied. */
  readonly exited: Promise<ChildExit>;
  private readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;

  constructor({ argv, cwd, environment }: Launch, output: ChildOutput, message: (message: ChildMessage) => void) {
    this.process = Bun.spawn([...argv], {
      // Nothing is ever written to the lifeline: what counts is that it closes when this process ends.
      stdio: ["ignore", "pipe", "pipe", ...CHILD_STDIO],
      ...(cwd === undefined ? {} : { cwd }),
      env: environment,
      detached: true,
    });
    this.pid = this.process.pid;
    const misfit = (line: string) => output.stderr(`${output.prefix}no message for the supervisor: ${line}\n`);
    const copied = [
      prefixedLines(this.process.stdout, output.prefix, output.stdout),
      prefixedLines(this.process.stderr, output.prefix, output.stderr),
      messageLines(Bun.file(this.process.stdio[READY_FD] as number).stream(), message, misfit),
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
    // One that has left the group still may: what it prints then is nobody's any more.
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, COPY_MS);
    await Promise.race([Promise.allSettled(copied), late.promise]);
    clearTimeout(timer);
    return { code: this.process.exitCode, signal: this.process.signalCode };
  }
}
