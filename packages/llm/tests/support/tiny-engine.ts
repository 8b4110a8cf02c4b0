import { type Context, endpoint, onShutdown, onStart, runtimeOf, service } from "@stator/sdk";

import {
  Engine,
  EngineContract,
  type LLMEngineOutput,
  loadModelFiles,
  MOCK_MODEL_FOLDER,
  modelCardOf,
  type PreprocessedRequest,
  registerModel,
} from "@stator/llm";
import { engineStep } from "../../src/engine/engine-step.ts";

export const MODEL = "tiny";

/** Shorter than the files say, so that prompts which do not fit are short too. */
export const CONTEXT = 4096;

const { tokenizer, eosTokenIds } = await loadModelFiles(MOCK_MODEL_FOLDER);

/** What the engine says over and over: characters of one to four bytes, and such as are made of several. */
export const TEXT = "Hello, 世界! e\u0301 👩‍👩‍👧 is 😀, how are you? 你好吗 ";
const TEXT_IDS = await tokenizer.encode(TEXT, false);

/** The next token depends on all tokens so far and on the seed, and on nothing else. */
export function nextToken(ids: readonly number[], seed: bigint | null): number {
  let hash = Number(BigInt.asUintN(31, seed ?? 0n));
  for (let at = Math.max(0, ids.length - 24); at < ids.length; at++) hash = (Math.imul(hash, 31) + (ids[at] ?? 0)) | 0;
  hash = (Math.imul(hash, 31) + ids.length) | 0;
  // Mostly the text, so that characters come whole; where it goes on depends on what came.
  const place = (ids.length + (hash % 97 === 0 ? 1 : 0)) % TEXT_IDS.length;
  return TEXT_IDS[place] ?? 0;
}

/** All tokens of the answer to a request. */
export function tokensOf(prompt: readonly number[], count: number, seed: bigint | null): number[] {
  const ids = [...prompt];
  while (ids.length < prompt.length + count) ids.push(nextToken(ids, seed));
  return ids.slice(prompt.length);
}

/** An engine whose answers are known before. */
@service({ contract: EngineContract })
export class TinyEngine extends Engine {
  /** Calls that run now. */
  running = 0;
  /** All that it was asked. */
  readonly requests: PreprocessedRequest[] = [];
  /** What comes instead of its own tokens. */
  script: LLMEngineOutput[] | null = null;
  /** Answers wait there until it opens: at so many tokens, with those of the prompt. */
  gate: { readonly at: number; readonly open: Promise<void> } | null = null;
  /** Between two tokens, in milliseconds. */
  pauseMs = Number(process.env.TINY_PAUSE_MS ?? 0);
  #model: AsyncDisposable | null = null;

  @onStart
  async register(): Promise<void> {
    const parser = { tool_call_parser: "hermes", reasoning_parser: "qwen3" };
    const card = await modelCardOf({
      name: MODEL,
      folder: MOCK_MODEL_FOLDER,
      context_length: CONTEXT,
      runtime_config: parser,
    });
    this.#model = await registerModel(runtimeOf(this), "llm.engine.generate", card);
  }

  @onShutdown
  async withdraw(): Promise<void> {
    await this.#model?.[Symbol.asyncDispose]();
  }

  @endpoint()
  override async *generate(request: PreprocessedRequest, context: Context): AsyncGenerator<LLMEngineOutput> {
    this.requests.push(request);
    this.running += 1;
    try {
      if (this.script !== null) return yield* this.script;
      const ids = [...request.token_ids];
      const most = request.stop_conditions.max_tokens ?? 16;
      const over = new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve()));
      for (let count = 0; count < most && !context.signal.aborted; count++) {
        const token = nextToken(ids, request.sampling_options.seed);
        ids.push(token);
        if (this.gate?.at === ids.length) await Promise.race([this.gate.open, over]);
        if (this.pauseMs > 0) await Bun.sleep(this.pauseMs);
        yield engineStep({
          token_ids: [token],
          finish_reason: count + 1 === most ? "length" : null,
          log_probs: request.output_options.logprobs === null ? null : [-0.5],
          top_logprobs:
            request.output_options.logprobs === null
              ? null
              : [[{ rank: 1, token_id: token, token: null, logprob: -0.5, bytes: null }]],
        });
      }
    } finally {
      this.running -= 1;
    }
  }
}

export { eosTokenIds, tokenizer };
