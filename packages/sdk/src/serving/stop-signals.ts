/** The exit codes that shells give to processes ended by a signal. */
const FORCED = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Signals that come together are one: Ctrl-C in a terminal reaches this process and the `bun run` around it, which
 * passes it on.
 */
const TOGETHER_MS = 250;

/** Calls `stop` on the first SIGINT or SIGTERM, and `force` with an exit code on every later one. */
export function onStopSignals(stop: () => void, force: (exitCode: number) => void): void {
  let firstAt: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (firstAt === null) {
        firstAt = now;
        stop();
      } else if (now - firstAt > TOGETHER_MS) {
        force(FORCED[signal]);
      }
    });
  }
}
