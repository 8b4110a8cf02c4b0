import { checkEcho, echo } from "../messages.ts";
import type { Duration } from "../measure.ts";
import type { PeerClient } from "../peer.ts";
import type { LoadResult } from "./load.ts";
import { Window } from "./window.ts";

/** Keeps `inFlight` calls open and counts those that were answered rightly within the time. */
export async function measureUnary(client: PeerClient, inFlight: number, duration: Duration): Promise<LoadResult> {
  const window = new Window(duration);
  let seq = 0;
  let total = 0;

  async function caller(): Promise<void> {
    for (let sent = performance.now(); window.isOpen(sent);) {
      const request = echo(++seq);
      checkEcho(request, await client.call(request));
      total++;
      const received = performance.now();
      window.count(1, received);
      window.first(sent, received);
      sent = received;
    }
  }

  await Promise.all(Array.from({ length: inFlight }, caller));
  return { rate: window.rate, total, latency: window.latency };
}
