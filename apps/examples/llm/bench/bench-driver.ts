import { Engine, PreprocessedRequest, Router, RoutingRequest } from "@stator/llm";
import { type Context, depends, endpoint, service } from "@stator/sdk";
import { z } from "zod";

import { makeTrace, type Session, TraceOptions, type Turn } from "./trace.ts";

/** One request as the driver has seen it. Times are in milliseconds. */
export const Sample = z.object({
  firstMs: z.number(),
  /** Between one token and the next. */
  gapsMs: z.array(z.number()),
  routeMs: z.number(),
  promptTokens: z.number(),
  cachedTokens: z.number(),
  answerTokens: z.number(),
  /** When it was over, since the beginning of the trace. */
  endMs: z.number(),
});
export type Sample = z.infer<typeof Sample>;

/** Plays a trace: it does what a processor does, with tokens in place of texts. */
@service({ namespace: "bench" })
export class BenchDriver {
  router = depends(Router);
  engine = depends(Engine);

  /** Plays the sessions of a trace in their time; one item for each request that is over. */
  @endpoint({ input: TraceOptions, output: Sample })
  async *replay(options: TraceOptions, context: Context): AsyncGenerator<Sample> {
    const begun = performance.now();
    const samples: Sample[] = [];
    let wake = Promise.withResolvers<void>();
    const done = (sample: Sample): void => {
      samples.push(sample);
      wake.resolve();
    };
    let isOver = false;
    const playing = Promise.all(
      makeTrace(options).map((session, at) => this.play(session, `${options.seed}-${at}`, begun, context.signal, done)),
    ).finally(() => {
      isOver = true;
      wake.resolve();
    });
    while (!isOver || samples.length > 0) {
      yield* samples.splice(0);
      if (isOver) continue;
      await wake.promise;
      wake = Promise.withResolvers();
    }
    await playing;
  }

  private async play(
    { startMs, system, turns }: Session,
    id: string,
    begun: number,
    signal: AbortSignal,
    done: (sample: Sample) => void,
  ): Promise<void> {
    await until(begun + startMs, signal);
    const history = [...system];
    for (const [at, turn] of turns.entries()) {
      await until(performance.now() + turn.thinkMs, signal);
      history.push(...turn.user);
      const { sample, tokens } = await this.ask(history, turn, `${id}-${at}`, begun);
      history.push(...tokens);
      done(sample);
    }
  }

  private async ask(
    prompt: readonly number[],
    { answerTokens }: Turn,
    request_id: string,
    begun: number,
  ): Promise<{ sample: Sample; tokens: number[] }> {
    const sent = performance.now();
    const token_ids = [...prompt];
    const wanted = RoutingRequest.parse({ token_ids, request_id, expected_output_tokens: answerTokens });
    const { best_worker_id: instanceId } = await this.router.bestWorker(wanted);
    const routeMs = performance.now() - sent;
    const request = PreprocessedRequest.parse({
      token_ids,
      stop_conditions: { max_tokens: answerTokens, ignore_eos: true },
    });
    const tokens: number[] = [];
    const gapsMs: number[] = [];
    let firstMs: number | null = null;
    let last = sent;
    let cachedTokens = 0;
    try {
      for await (const item of this.engine.generate(request, { instanceId })) {
        const now = performance.now();
        cachedTokens = item.completion_usage?.prompt_tokens_details?.cached_tokens ?? cachedTokens;
        if (item.token_ids.length === 0) continue;
        tokens.push(...item.token_ids);
        if (firstMs === null) {
          firstMs = now - sent;
          void this.router.progress({ request_id, prefill_completed: true, finished: false });
        } else {
          gapsMs.push((now - last) / item.token_ids.length);
        }
        last = now;
      }
    } finally {
      await this.router.progress({ request_id, prefill_completed: false, finished: true });
    }
    const endMs = performance.now() - begun;
    const counts = { promptTokens: prompt.length, cachedTokens, answerTokens: tokens.length };
    return { tokens, sample: { firstMs: firstMs ?? endMs, gapsMs, routeMs, ...counts, endMs } };
  }
}

/** Resolves at that time; rejects when the signal fires. */
function until(at: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.max(0, at - performance.now()));
  const aborted = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", aborted, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", aborted);
  });
}
