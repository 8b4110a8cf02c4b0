import type { Queue, QueueInfo } from "../../src/index.ts";

/** Waits until a queue is as full as that: NATS counts a moment later. The limit of the test ends what never comes. */
export async function queueBecomes(
  queue: Pick<Queue, "info">,
  wanted: Partial<Omit<QueueInfo, "bytes">>,
): Promise<void> {
  for (;;) {
    const info = await queue.info();
    const { ready = info.ready, inFlight = info.inFlight, dead = info.dead } = wanted;
    if (info.ready === ready && info.inFlight === inFlight && info.dead === dead) return;
    await Bun.sleep(5);
  }
}
