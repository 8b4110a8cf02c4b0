/** Waits until all of `parts` have ended, however they do, but no longer than that. Never rejects. */
export async function settledWithin(limitMs: number, parts: readonly Promise<void>[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  await Promise.race([Promise.allSettled(parts), promise]);
  clearTimeout(timer);
}
