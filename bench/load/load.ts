import type { Duration } from "../measure.ts";
import type { PeerClient } from "../peer.ts";
import type { Samples } from "./samples.ts";

/** Keeps `concurrency` calls or streams open and counts what arrived rightly within the measured time. */
export type Load = (client: PeerClient, concurrency: number, duration: Duration) => Promise<LoadResult>;

export interface LoadResult {
  /** Calls or items per second. */
  rate: number;
  /** Calls or items in all, those before and after the measured time among them. */
  total: number;
  /** Latency of each call, or from the start of each stream to its first item. */
  latency: Samples;
}
