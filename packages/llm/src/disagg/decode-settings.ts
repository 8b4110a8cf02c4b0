import { z } from "zod";

/** When a decode worker has prompts read elsewhere, and how long it waits for that. Times are in milliseconds. */
export const DecodeSettings = z.object({
  /** Longest part of a prompt that is not cached which the worker reads itself, in tokens. */
  maxLocalPrefill: z.number().int().min(0).default(512),
  /** Most jobs that may wait in the queue; when there are more, it reads the prompt itself. */
  maxPrefillQueue: z.number().int().min(0).default(16),
  /** After which time without a result it reads the prompt itself. */
  prefillTimeoutMs: z.number().int().min(1).default(30_000),
  /** The queue's name, that of the prefill workers; empty for one of the model's. */
  prefillQueue: z.string().max(64).default(""),
  /** What it costs to get the blocks of a token from the prefill worker, by the time of the engine that is modelled. */
  transferMsPerToken: z.number().min(0).default(0.005),
});
export type DecodeSettings = z.infer<typeof DecodeSettings>;
