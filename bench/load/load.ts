import type { Duration } from "../measure.ts";
import type { PeerClient } from "../peer.ts";
import type { Samples } from "./samples.ts";

/**
 * Keeps `concurrency` calls or streams open and counts what arrived rightly within the measured time. `bytes` is the size
 * of a payload. Null when the peer does not have that kind of call.
 */
export type Load = (
  client: PeerClient,
  concurrency: number,
  duration: Duration,
  bytes: number,
) => Promise<LoadResult | null>;

export interface LoadResult {
  /** Calls, items or MB per second. */
  rate: number;
  /** Calls, items or MB in all, those before and after the measured time among them. */
  total: number;
  /** Latency of each call, or from the start of each stream to its first item. */
  latency: Samples;
}
