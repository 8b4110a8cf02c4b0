import { z } from "zod";

import { LLMEngineOutput, PreprocessedRequest, type StandardSchemaV1 } from "../generated/index.ts";

/** Names a prefill among those that a decode worker waits for. */
const id = z.string().min(1).max(64);

/** A prompt that a prefill worker may read, and who waits for it. */
export const PrefillJob = z.object({
  id,
  /** The instance that waits, as a decimal number. */
  decodeWorker: z.string().regex(/^\d{1,20}$/),
  request: of(PreprocessedRequest),
});
export type PrefillJob = z.infer<typeof PrefillJob>;

/** A prefill worker has taken a job, and asks whether it is still wanted. */
export const PrefillClaim = z.object({ id });
export type PrefillClaim = z.infer<typeof PrefillClaim>;

/** The answer to a claim. */
export const PrefillClaimAnswer = z.object({ wanted: z.boolean() });
export type PrefillClaimAnswer = z.infer<typeof PrefillClaimAnswer>;

/** What has become of a prefill. */
export const PrefillReport = z.object({ id, output: of(LLMEngineOutput) });
export type PrefillReport = z.infer<typeof PrefillReport>;

/** What a mock prefill worker hands over, as `disaggregated_params`. */
export const ComputedBlocks = z.object({
  /** The instance that has them, as a decimal number. */
  worker: z.string(),
  /** Tokens at the beginning of the prompt that they hold. */
  tokens: z.number().int().min(0),
});

/** A type of the contract as a part of these. */
function of<T>(schema: StandardSchemaV1<unknown, T>): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    const result = schema["~standard"].validate(value);
    if (!(result instanceof Promise) && result.issues === undefined) return result.value;
    const message = result instanceof Promise ? "cannot be checked" : (result.issues?.[0]?.message ?? "does not fit");
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}
