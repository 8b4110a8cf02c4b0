/**
 * Runs everything that waits in the microtask queue, so that what handlers answer to a batch of events leaves in one
 * batch too. Where the engine does not offer it this does nothing, and the answers leave in smaller batches.
 */
export const drainMicrotasks: () => void = await find();

async function find(): Promise<() => void> {
  if (process.versions["bun"] === undefined) return () => {};
  const engine = await import("bun:jsc");
  return engine.drainMicrotasks;
}
