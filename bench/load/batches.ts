import { checkToken } from "../messages.ts";
import type { Load } from "./load.ts";
import { ITEMS } from "./stream.ts";
import { Window } from "./window.ts";

/** As `measureStreams`, but reads arrays of the items that have come, and goes over each without waiting. */
export const measureBatches: Load = async (client, streams, duration) => {
  const open = client.batches?.bind(client);
  if (open === undefined) return null;
  const window = new Window(duration);
  let total = 0;

  async function reader(): Promise<void> {
    for (let started = performance.now(); window.isOpen(started); started = performance.now()) {
      let index = 0;
      for await (const items of open?.({ items: ITEMS }) ?? []) {
        const now = performance.now();
        if (index === 0) window.first(started, now);
        window.count(items.length, now);
        for (const item of items) checkToken(item, index++);
      }
      total += index;
      if (index !== ITEMS) throw new Error(`a stream of ${ITEMS} items ended after ${index}`);
    }
  }

  await Promise.all(Array.from({ length: streams }, reader));
  return { rate: window.rate, total, latency: window.latency };
};
