import { readdirSync, readFileSync } from "node:fs";

import { cpuTime } from "../cpu-time.ts";

/**
 * Time of the processor that the threads of a process have taken, in microseconds, as exactly as the scheduler knows it:
 * steps of 10 ms are too coarse for one that does nothing. Threads that have ended are missing.
 */
export function threadTime(pid: number): number {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks.reduce(
      (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]) / 1000,
      0,
    );
  } catch {
    return cpuTime(pid);
  }
}
