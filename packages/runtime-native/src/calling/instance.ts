import type { ListedInstance } from "../generated/types/listed-instance.ts";

/** A worker that serves an endpoint, and whether the client can use it. */
export interface Instance extends Omit<ListedInstance, "instanceId"> {
  /** What tells it from every other instance: 64 bits. */
  readonly instanceId: bigint;
}

/** The same as the addon tells it. */
export type { ListedInstance };
