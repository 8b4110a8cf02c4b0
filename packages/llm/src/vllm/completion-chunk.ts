import { StatorError } from "@stator/sdk";
import { z } from "zod";

const tokenId = z.number().int().min(0).max(0xffff_ffff);

const Choice = z.object({
  text: z.string().nullish(),
  token_ids: z.array(tokenId).nullish(),
  logprobs: z
    .object({
      tokens: z.array(z.string()).nullish(),
      token_logprobs: z.array(z.number().nullable()).nullish(),
      top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullish(),
    })
    .nullish(),
  finish_reason: z.string().nullish(),
  stop_reason: z.union([tokenId, z.string()]).nullish(),
});

const count = z.number().int().min(0).max(0xffff_ffff);

const Chunk = z.object({
  choices: z.array(Choice).nullish(),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count.nullish(),
      prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
      completion_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
    })
    .nullish(),
  error: z.unknown().optional(),
});

/** A part of a completion, as far as it is read. */
export type CompletionChunk = z.output<typeof Chunk>;
/** A part of the one answer that was asked for. */
export type CompletionChunkChoice = z.output<typeof Choice>;

/**
 * Reads the data of one event of a completion.
 *
 * @throws StatorError `protocol` if it is no part of a completion.
 */
export function readCompletionChunk(data: string): CompletionChunk {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    throw new StatorError("protocol", `The engine sent what is no JSON: ${data.slice(0, 200)}`, { cause });
  }
  const chunk = Chunk.safeParse(value);
  if (chunk.success) return chunk.data;
  const [issue] = chunk.error.issues;
  throw new StatorError("protocol", `The engine's answer does not fit at ${issue?.path.join(".")}: ${issue?.message}`);
}
