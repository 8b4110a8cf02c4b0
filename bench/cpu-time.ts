import { readFileSync } from "node:fs";

/** Microseconds of a tick in which the kernel counts: USER_HZ is 100 wherever Bun runs. */
const TICK = 10_000;

/**
 * Time of the processor that a process has taken so far, its threads and the kernel for it included, in microseconds.
 *
 * @param pid default this process. Another one is read from /proc, in steps of 10 ms; 0 where there is none.
 */
export function cpuTime(pid: number = process.pid): number {
  if (pid === process.pid) {
    const { user, system } = process.cpuUsage();
    return user + system;
  }
  const fields = readStat(pid);
  // After the name in parentheses: utime and stime are fields 14 and 15 of the line.
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK;
}

function readStat(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
