/** Microseconds for which every call keeps the processor busy: only to see that `--gate` finds a slow hot path. */
const SLOW_US = Number(process.env["BENCH_SLOW_US"] ?? 0);

/** Does nothing unless the environment wants every call to be slow. */
export function slowDown(): void {
  if (SLOW_US === 0) return;
  const end = performance.now() + SLOW_US / 1000;
  while (performance.now() < end) continue;
}
