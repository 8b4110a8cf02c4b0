import { z } from "zod";

/** How a prefill worker takes jobs. */
export const PrefillSettings = z.object({
  /** The queue's name, that of the decode workers; empty for one of the model's. */
  prefillQueue: z.string().max(64).default(""),
  /** Most jobs that it works on at once. */
  prefillConcurrency: z.number().int().min(1).max(1000).default(4),
});
export type PrefillSettings = z.infer<typeof PrefillSettings>;
