import { z } from "zod";

import { ENGINE_ENDPOINT } from "../engine/engine-endpoint.ts";

/** What all routers are told. */
export const RouterSettings = z.object({
  /** The endpoint of the engines that are chosen from. */
  endpoint: z
    .string()
    .regex(/^[^.]+\.[^.]+\.[^.]+$/)
    .default(ENGINE_ENDPOINT),
  /** Tokens of a block: that of the engines. */
  blockSize: z.number().int().min(1).max(65_536).default(16),
  /** Requests that nobody has said to be over are forgotten after this time, in milliseconds. */
  activeTtlMs: z.number().int().min(1).default(600_000),
  /** Share of an engine's blocks in use from which on it gets no more requests while another one can; null for never. */
  busyThreshold: z.number().gt(0).nullable().default(0.95),
  /** Blocks that an engine has room for, where it does not say so itself; null if that is not known. */
  workerBlocks: z.number().int().min(1).nullable().default(null),
});

/** What `KvRouter` is told beside. */
export const KvRouterSettings = z.object({
  /** What a block that has to be computed costs, against one that a running request holds. 0 looks at the load alone. */
  overlapWeight: z.number().min(0).default(1),
  /** 0 always takes the cheapest engine; more also takes others, as a softmax over the costs says. */
  temperature: z.number().min(0).default(0),
  /** How long a session stays with its engine after its last request, in milliseconds; 0 for not at all. */
  sessionTtlMs: z.number().int().min(0).default(300_000),
  /** How many sessions are remembered; the oldest go first. */
  maxSessions: z.number().int().min(1).default(100_000),
  /** Whether engines are believed to say what they have in their caches. Without, it is guessed from what was sent to them. */
  useEvents: z.boolean().default(true),
  /** How long blocks are guessed to stay in the cache of an engine that does not say, in milliseconds. */
  predictedTtlMs: z.number().int().min(1).default(120_000),
  /** How many blocks are guessed to be there, over all engines. */
  maxPredictedBlocks: z.number().int().min(1).default(1_048_576),
});
