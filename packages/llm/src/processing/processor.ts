import { type Context, depends, endpoint, service } from "@stator/sdk";

import { Engine } from "../engine/engine.ts";
import {
  ChatCompletionChunk,
  ChatCompletionRequest,
  Completion,
  CompletionRequest,
  EmbeddingRequest,
  EmbeddingResponse,
  ModelList,
} from "../generated/index.ts";
import { RequestRefusedError } from "./request-refused.ts";

/** Turns requests of OpenAI's API into tokens for an engine, and its tokens into parts of an answer. */
@service({ namespace: "llm" })
export class Processor {
  engine = depends(Engine);

  /** The parts of the answers to a conversation. The last one has the usage, and no choices. */
  @endpoint({ input: ChatCompletionRequest, output: ChatCompletionChunk, error: RequestRefusedError, idempotent: true })
  async *chat(request: ChatCompletionRequest, context: Context): AsyncGenerator<ChatCompletionChunk> {
    void context;
    throw notThere(request.model);
  }

  /** The parts of the answers to a prompt. The last one has the usage, and no choices. */
  @endpoint({ input: CompletionRequest, output: Completion, error: RequestRefusedError, idempotent: true })
  async *completion(request: CompletionRequest, context: Context): AsyncGenerator<Completion> {
    void context;
    throw notThere(request.model);
  }

  /** The vectors of texts. */
  @endpoint({ input: EmbeddingRequest, output: EmbeddingResponse, error: RequestRefusedError, idempotent: true })
  async embeddings(request: EmbeddingRequest, context: Context): Promise<EmbeddingResponse> {
    void context;
    throw notThere(request.model);
  }

  /** The models that can be asked now. */
  @endpoint({ output: ModelList, idempotent: true })
  async models(request: null, context: Context): Promise<ModelList> {
    void [request, context];
    return { object: "list", data: [] };
  }
}

function notThere(model: string): Error {
  return RequestRefusedError.error({
    status: 404,
    error: {
      message: `The model ${JSON.stringify(model)} is not served here.`,
      type: "invalid_request_error",
      param: "model",
      code: "model_not_found",
    },
  });
}
