import { type Context, endpoint, serve, service } from "@stator/sdk";

import {
  type Count,
  CounterContract,
  type CounterService,
  CountError,
  type Numbers,
  type Pause,
  type Token,
  type Words,
} from "./generated/index.ts";

/** Texts with more words are not counted. */
const MOST = 100n;

/** The same counter in TypeScript: nobody who calls it can tell. */
@service({ contract: CounterContract })
export class Counter implements CounterService {
  @endpoint()
  async exact(request: Numbers, context: Context): Promise<Numbers> {
    const hop = { service: "Counter", language: "typescript" as const, instance: context.instanceId };
    return { ...request, seenBy: [...request.seenBy, hop] };
  }

  @endpoint()
  async count(request: Words): Promise<Count> {
    return { words: count(request, 0n) };
  }

  @endpoint()
  async *split(request: Words): AsyncGenerator<Token> {
    for (const [index, word] of wordsOf(request).entries()) yield { index, text: allowed(word, index) };
  }

  @endpoint()
  async collect(requests: AsyncIterable<Words>): Promise<Count> {
    let words = 0n;
    for await (const request of requests) words = count(request, words);
    return { words };
  }

  @endpoint()
  async *tally(requests: AsyncIterable<Words>): AsyncGenerator<Count> {
    let words = 0n;
    for await (const request of requests) {
      words = count(request, words);
      yield { words };
    }
  }

  @endpoint()
  async *wait({ name, tokens }: Pause, context: Context): AsyncGenerator<Token> {
    context.log.info("waiting", { name });
    const { promise, resolve } = Promise.withResolvers<void>();
    context.signal.addEventListener("abort", () => resolve());
    try {
      for (let index = 0; index < tokens; index++) yield { index, text: "waiting" };
      await promise;
    } finally {
      context.log.info("waited enough", { name });
    }
  }
}

function wordsOf({ text }: Words): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** The words of a text and of those `before` it. */
function count(request: Words, before: bigint): bigint {
  const words = wordsOf(request);
  for (const [index, word] of words.entries()) allowed(word, index);
  const found = before + BigInt(words.length);
  if (found > MOST) throw CountError.error({ kind: "too_many", most: MOST, found });
  return found;
}

function allowed(word: string, index: number): string {
  if (word === "forbidden") throw CountError.error({ kind: "forbidden", word, index });
  return word;
}

if (import.meta.main) await serve(Counter);
