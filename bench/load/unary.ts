import { checkEcho, echo } from "../messages.ts";
import type { Load } from "./load.ts";
import { Samples } from "./samples.ts";

/** Keeps `inFlight` calls open and counts those that were answered rightly within the time. */
export const measureUnary: Load = async (client, inFlight, duration) => {
  const samples = new Samples();
  const begin = performance.now() + duration.warmupMs;
  const end = begin + duration.measureMs;
  let seq = 0;
  let answered = 0;
  let total = 0;

  async function caller(): Promise<void> {
    let sent = performance.now();
    while (sent < end) {
      const request = echo(++seq);
      checkEcho(request, await client.call(request));
      total++;
      const received = performance.now();
      if (received >= begin && received < end) {
        answered++;
        samples.add((received - sent) * 1000);
      }
      sent = received;
    }
  }

  await Promise.all(Array.from({ length: inFlight }, caller));
  return { rate: answered / (duration.measureMs / 1000), total, latency: samples };
};
