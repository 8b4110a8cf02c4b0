/** Nanoseconds of one call: the best of several rounds, so that other work of the machine counts least. */
export function nanoseconds(call: () => unknown, quick: boolean): number {
  const [calls, rounds] = quick ? [200, 1] : [100_000, 7];
  for (let index = 0; index < calls; index++) call();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = Bun.nanoseconds();
    for (let index = 0; index < calls; index++) call();
    best = Math.min(best, (Bun.nanoseconds() - start) / calls);
  }
  return best;
}

/** Nanoseconds of one of the items that the work says it has made: the best of several rounds. */
export async function nanosecondsOfEach(work: () => Promise<number>, quick: boolean): Promise<number> {
  await work();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < (quick ? 1 : 7); round++) {
    const start = Bun.nanoseconds();
    const items = await work();
    best = Math.min(best, (Bun.nanoseconds() - start) / items);
  }
  return best;
}

/** `--quick`: few calls, to see that the program runs. */
export const isQuick = process.argv.includes("--quick");

/** Times as text, beside the first one, which is 1. */
export function ratios(times: readonly number[]): string[] {
  const [first = 1] = times;
  return times.map((time) => {
    const ratio = time / first;
    return ratio >= 10 ? ratio.toFixed(0) : ratio.toPrecision(2);
  });
}
