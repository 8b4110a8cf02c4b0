import { readFileSync } from "node:fs";

/**
 * Largest resident memory of a process so far, in bytes.
 *
 * @param pid default this process. Of another one it is known on Linux only; else 0.
 */
export function peakMemory(pid: number = process.pid): number {
  return statusField("VmHWM", pid) ?? (pid === process.pid ? process.resourceUsage().maxRSS * 1024 : 0);
}

/** Resident memory of a process now, in bytes, as `peakMemory`. */
export function residentMemory(pid: number = process.pid): number {
  return statusField("VmRSS", pid) ?? (pid === process.pid ? process.memoryUsage.rss() : 0);
}

function statusField(name: string, pid: number): number | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return undefined;
  }
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
