import { readFileSync } from "node:fs";

/** Largest resident memory of this process so far, in bytes. */
export function peakMemory(): number {
  const status = process.platform === "linux" ? readFileSync("/proc/self/status", "utf8") : "";
  const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  return process.resourceUsage().maxRSS * 1024;
}
