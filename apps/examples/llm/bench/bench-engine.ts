import { EngineContract, MockEngine, PreprocessedRequest } from "@stator/llm";
import { type Context, endpoint, service } from "@stator/sdk";
import { z } from "zod";

/** A prompt of so many tokens that nobody has asked before, and the length of the answer. */
export const Asked = z.object({
  first: z.number().int(),
  promptTokens: z.number().int(),
  answerTokens: z.number().int(),
});
export type Asked = z.infer<typeof Asked>;

/** When the first token was there, and what each further one took, in milliseconds. */
export const Took = z.object({ firstMs: z.number(), perTokenMs: z.number() });
export type Took = z.infer<typeof Took>;

/** The mock engine, which also says what it takes by itself. */
@service({ contract: EngineContract })
export class BenchEngine extends MockEngine {
  /** Answers to nobody: no network, no other process. */
  @endpoint({ input: Asked, output: Took })
  async own(asked: Asked, context: Context): Promise<Took> {
    const begun = performance.now();
    return timed(begun, this.generate(requestOf(asked), context));
  }
}

/** The request that an engine gets. */
export function requestOf({ first, promptTokens, answerTokens }: Asked): PreprocessedRequest {
  const token_ids = Array.from(
    { length: promptTokens },
    (_, at) => 3 + ((first * 31 + at * 7 + (first % 5) * at) % 500),
  );
  return PreprocessedRequest.parse({ token_ids, stop_conditions: { max_tokens: answerTokens, ignore_eos: true } });
}

/** Reads an answer to its end. */
export async function timed(
  begun: number,
  items: AsyncIterable<{ readonly token_ids: readonly number[] }>,
): Promise<Took> {
  let [first, last, tokens] = [NaN, NaN, 0];
  for await (const { token_ids } of items) {
    if (token_ids.length === 0) continue;
    last = performance.now();
    if (tokens === 0) first = last;
    tokens += token_ids.length;
  }
  return { firstMs: first - begun, perTokenMs: (last - first) / Math.max(1, tokens - 1) };
}
