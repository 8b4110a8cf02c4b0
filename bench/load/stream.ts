import { checkToken } from "../messages.ts";
import type { Load } from "./load.ts";
import { Samples } from "./samples.ts";

/** Items of one stream. */
const ITEMS = 1000;

/** Keeps `streams` streams open and counts the items that arrived rightly within the time. */
export const measureStreams: Load = async (client, streams, duration) => {
  const samples = new Samples();
  const begin = performance.now() + duration.warmupMs;
  const end = begin + duration.measureMs;
  let items = 0;
  let total = 0;

  async function reader(): Promise<void> {
    for (let started = performance.now(); started < end; started = performance.now()) {
      let index = 0;
      for await (const item of client.stream({ items: ITEMS })) {
        checkToken(item, index);
        if (index === 0) addFirst(started);
        index++;
        // The clock is read once in 50 items: reading it for each would be part of what is measured.
        if (index % 50 === 0) count(50);
      }
      total += index;
      if (index !== ITEMS) throw new Error(`a stream of ${ITEMS} items ended after ${index}`);
    }
  }

  function addFirst(started: number): void {
    const now = performance.now();
    if (started >= begin && now < end) samples.add((now - started) * 1000);
  }

  function count(more: number): void {
    const now = performance.now();
    if (now >= begin && now < end) items += more;
  }

  await Promise.all(Array.from({ length: streams }, reader));
  return { rate: items / (duration.measureMs / 1000), total, latency: samples };
};
