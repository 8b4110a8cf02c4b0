import { readFileSync } from "node:fs";

import { cpuTime } from "./cpu-time.ts";

/** Microseconds of a tick in which /proc/stat counts. */
const TICK = 10_000;

/**
 * How many processors other programs kept busy, from its making until it is asked: what all processors did, without
 * what this process and its children did. Steal, which a hypervisor took for others, is foreign, too. Work for
 * interrupts is left out: nobody knows for whom it was.
 */
export class ForeignLoad {
  readonly #from = performance.now();
  readonly #busy = busyTime();
  readonly #own = cpuTime();
  #children = 0;

  /** A child that has ended took this time of the processor, its own children included, in microseconds. */
  add(microseconds: number): void {
    this.#children += microseconds;
  }

  /** 1 is one processor all of the time. Null where the system does not say. */
  get processors(): number | null {
    const busy = busyTime();
    if (busy === null || this.#busy === null) return null;
    const elapsed = (performance.now() - this.#from) * 1000;
    const foreign = busy - this.#busy - (cpuTime() - this.#own) - this.#children;
    return Math.max(0, foreign / elapsed);
  }
}

function busyTime(): number | null {
  try {
    return parseBusyTime(readFileSync("/proc/stat", "utf8"));
  } catch {
    return null;
  }
}

/** Microseconds that all processors were busy since the start of the machine, from the text of /proc/stat. */
export function parseBusyTime(text: string): number {
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] =
    /^cpu +(.*)$/m.exec(text)?.[1]?.split(" ").map(Number) ?? [];
  return (user + nice + system + steal) * TICK;
}
