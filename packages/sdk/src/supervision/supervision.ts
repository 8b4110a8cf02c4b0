import { writeSync } from "node:fs";

import { watchParent } from "@stator/runtime-native";

import { stringifyJson } from "../schema/json-text.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import type { ChildMessage } from "./messages.ts";

/** Time between asking for a drain and the end of the process, when the supervisor is gone. */
const GRACE_MS = 5_000;

/**
 * Who has started this process, as its environment says. `STATOR_LIFELINE_FD` is a pipe that closes when the supervisor is
 * gone, `STATOR_READY_FD` takes one line of JSON for each message, `STATOR_DRAIN_MS` is the time for a drain.
 */
export class Supervision {
  private constructor(
    private readonly readyFd: number | null,
    /** Null when the supervisor sets none. */
    readonly drainMs: number | null,
  ) {}

  /**
   * Reads the environment once, and takes it away from what this process starts itself. From then on this process ends
   * with its supervisor: a native thread watches, so that it works while the event loop is blocked.
   */
  static take(environment: Record<string, string | undefined> = process.env): Supervision {
    const [lifeline, ready, drainMs] = ["STATOR_LIFELINE_FD", "STATOR_READY_FD", "STATOR_DRAIN_MS"].map((name, index) =>
      taken(environment, name, index === 2 ? 0 : 3),
    );
    if (lifeline !== undefined && lifeline !== null) watchSupervisor(lifeline);
    return new Supervision(ready ?? null, drainMs ?? null);
  }

  /** Tells the supervisor from now on that the event loop turns: one that is blocked says nothing. */
  beat(): void {
    if (this.readyFd === null) return;
    this.tell({ type: "alive" });
    const timer = setInterval(() => {
      // Nobody listens any more.
      if (!this.tell({ type: "alive" })) clearInterval(timer);
    }, BEAT_MS);
    timer.unref();
  }

  /** Tells the supervisor. Without one, or when it has gone, nothing happens; says false then. */
  tell(message: ChildMessage): boolean {
    if (this.readyFd === null) return false;
    try {
      writeSync(this.readyFd, `${stringifyJson(message)}\n`);
      return true;
    } catch {
      return false;
    }
  }
}

/** How often a process says that its event loop turns. */
const BEAT_MS = 1_000;

function taken(environment: Record<string, string | undefined>, name: string, least: number): number | null {
  const text = environment[name] ?? "";
  delete environment[name];
  if (text === "") return null;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= 0x7fff_ffff)) {
    throw invalidArgument(
      `${name} is ${JSON.stringify(text)}; the supervisor sets it to a whole number from ${least} on.`,
    );
  }
  return number;
}

function watchSupervisor(lifeline: number): void {
  const supervisor = process.ppid;
  watchParent(lifeline, GRACE_MS);
  // A supervisor that lives ends the group itself; without one, what this process has started must go with it.
  process.on("exit", () => {
    if (process.ppid !== supervisor) process.kill(-process.pid, "SIGKILL");
  });
}
