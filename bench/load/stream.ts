import { checkToken } from "../messages.ts";
import type { Load } from "./load.ts";
import { Window } from "./window.ts";

/** Items of one stream. */
export const ITEMS = 1000;

/** Keeps `streams` streams open and counts the items that arrived rightly within the time. */
export const measureStreams: Load = async (client, streams, duration) => {
  const window = new Window(duration);
  let total = 0;

  async function reader(): Promise<void> {
    for (let started = performance.now(); window.isOpen(started); started = performance.now()) {
      let index = 0;
      for await (const item of client.stream({ items: ITEMS })) {
        checkToken(item, index);
        if (index === 0) window.first(started, performance.now());
        index++;
        // The clock is read once in 50 items: reading it for each would be part of what is measured.
        if (index % 50 === 0) window.count(50, performance.now());
      }
      total += index;
      if (index !== ITEMS) throw new Error(`a stream of ${ITEMS} items ended after ${index}`);
    }
  }

  await Promise.all(Array.from({ length: streams }, reader));
  return { rate: window.rate, total, latency: window.latency };
};
