import type { CompletionUsage } from "../generated/index.ts";
import { withoutNulls } from "./without-nulls.ts";

/** The usage as OpenAI writes it. */
export function usageJson(usage: CompletionUsage): object {
  const { prompt_tokens_details, completion_tokens_details } = usage;
  return withoutNulls({
    ...usage,
    prompt_tokens_details: prompt_tokens_details === null ? null : withoutNulls(prompt_tokens_details),
    completion_tokens_details: completion_tokens_details === null ? null : withoutNulls(completion_tokens_details),
  });
}
