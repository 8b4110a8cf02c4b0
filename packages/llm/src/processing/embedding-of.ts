import { type Context, StatorError } from "@stator/sdk";

import type {
  Embedding,
  EmbeddingRequest,
  EmbeddingResponse,
  LLMEngineOutput,
  PreprocessedRequest,
} from "../generated/index.ts";
import type { LoadedModel } from "./loaded-model.ts";
import { encodedPrompts } from "./prompts.ts";
import { badRequest, refused } from "./refused.ts";
import { engineRequest } from "./requests/engine-request.ts";

/** Tells an engine that it is asked for a vector: it answers with one item, whose `engine_data` is `{ embedding: number[] }`. */
export const EMBEDDING_ANNOTATION = "embedding";

/** The vectors of the inputs. Only models whose card says `Embedding` make any. */
export async function embeddingOf(
  request: EmbeddingRequest,
  model: LoadedModel,
  context: Context,
  ask: (request: PreprocessedRequest, id: string) => Promise<LLMEngineOutput>,
): Promise<EmbeddingResponse> {
  if (!/embedding/i.test(model.card.model_type)) {
    const message = `The model ${JSON.stringify(request.model)} makes no embeddings.`;
    throw refused(404, message, "model", "model_not_found");
  }
  const format = request.encoding_format ?? "float";
  if (format !== "float" && format !== "base64") {
    throw badRequest("encoding_format is neither float nor base64.", "encoding_format");
  }
  const inputs = await encodedPrompts(request.input, "input", model, context.signal);
  const data = await Promise.all(
    inputs.map(async ({ tokenIds }, index): Promise<Embedding> => {
      const item = await ask(embeddingRequest(request, tokenIds, model), `${context.id}-${index}`);
      const vector = vectorOf(item);
      return { object: "embedding", index, embedding: format === "float" ? vector : base64(vector) };
    }),
  );
  const tokens = inputs.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0);
  return { object: "list", data, model: request.model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

function embeddingRequest(
  { model, dimensions }: EmbeddingRequest,
  tokenIds: number[],
  { defaults }: LoadedModel,
): PreprocessedRequest {
  const nothing = { temperature: null, top_p: null, presence_penalty: null, frequency_penalty: null };
  const request = engineRequest(
    { model, max_tokens: null, seed: null, stop: null, logit_bias: null, ...nothing },
    tokenIds,
    { ...defaults, contextLength: defaults.contextLength === null ? null : defaults.contextLength + 1 },
    { maxTokens: 1, logprobs: null, responseFormat: null, prompt: "input" },
  );
  return {
    ...request,
    annotations: [EMBEDDING_ANNOTATION],
    extra_args: dimensions === null ? null : { dimensions },
  };
}

function vectorOf({ engine_data: data }: LLMEngineOutput): number[] {
  const vector = typeof data === "object" && data !== null && "embedding" in data ? data.embedding : null;
  if (Array.isArray(vector) && vector.every((value) => typeof value === "number")) return vector;
  throw new StatorError("invalid_response", "The engine's answer has no engine_data.embedding.");
}

function base64(vector: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [at, value] of vector.entries()) bytes.setFloat32(at * 4, value, true);
  return Buffer.from(bytes.buffer).toString("base64");
}
