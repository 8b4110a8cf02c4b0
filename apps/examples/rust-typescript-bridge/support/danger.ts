import { join } from "node:path";

/** Runs one of `dangers.ts` in a process of its own, and says what became of it: what it printed, or that it died. */
export function endOf(danger: string): string {
  const child = Bun.spawnSync([process.execPath, join(import.meta.dir, "dangers.ts"), danger], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const printed = child.stdout.toString().trim();
  return child.success ? printed : "the process ends";
}
