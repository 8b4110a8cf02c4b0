import { toolEnvironment } from "./environment.ts";

/** A program and everything that it starts. */
export interface ProcessGroup {
  readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** Ends all of it at once. */
  kill(): void;
}

const running = new Set<ProcessGroup>();
let watching = false;

/** Starts a program in a process group of its own, which ends with this process when that is told to end. */
export function startGroup(command: string[], cwd: string): ProcessGroup {
  watchSignals();
  const child = Bun.spawn(command, {
    cwd,
    env: toolEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const group: ProcessGroup = { process: child, kill: () => killGroup(child.pid) };
  running.add(group);
  void child.exited.then(() => running.delete(group));
  return group;
}

function killGroup(id: number): void {
  try {
    process.kill(-id, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

function watchSignals(): void {
  if (watching) return;
  watching = true;
  for (const [signal, exitCode] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const, ["SIGHUP", 129] as const]) {
    process.on(signal, () => {
      if (running.size === 0) return;
      for (const group of running) group.kill();
      process.exit(exitCode);
    });
  }
}
