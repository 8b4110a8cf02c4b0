import {
  clock,
  configuration,
  type Context,
  depends,
  endpoint,
  onShutdown,
  onStart,
  runtimeOf,
  service,
  StatorError,
} from "@stator/sdk";
import { z } from "zod";

import { Prefill } from "../engine/prefill.ts";
import {
  EngineContract,
  type LLMEngineOutput,
  type PrefillResult,
  type PreprocessedRequest,
} from "../generated/index.ts";
import { MockEngine } from "../mock/mock-engine.ts";
import { type ReceivedBlocks } from "../mock/sequence.ts";
import { DecodeSettings } from "./decode-settings.ts";
import { type PrefillCounts } from "./prefill-counts.ts";
import { ComputedBlocks, PrefillClaim, PrefillClaimAnswer, PrefillReport } from "./prefill-job.ts";
import { RemotePrefill } from "./remote-prefill.ts";

/**
 * A mock engine that has long prompts read by others, when more of them than `maxLocalPrefill` tokens is not cached and few jobs wait in
 * the queue. It writes the same tokens wherever its prompts are read.
 */
@service({ contract: EngineContract })
export class MockDecodeEngine extends MockEngine {
  readonly decode = configuration(DecodeSettings);
  prefill = depends(Prefill, { router: "least-loaded" });
  private remotePrefill: RemotePrefill | null = null;
  private readonly counts = { local: 0, remote: 0, fallback: 0 };

  /** @throws StatorError `invalid_request`, `overloaded`, `shutting_down`. */
  @endpoint()
  override async *generate(request: PreprocessedRequest, context: Context): AsyncGenerator<LLMEngineOutput> {
    const { signal } = context;
    this.worker.engine.check(request);
    const received = await this.received(request, signal);
    yield* this.worker.engine.generate(request, { signal, received });
  }

  /** A prefill worker has taken a job: says whether it is still wanted, and ends when it is not any more. */
  @endpoint({ name: "claim-prefill", input: PrefillClaim, output: PrefillClaimAnswer })
  async *claimPrefill({ id }: PrefillClaim, context: Context): AsyncGenerator<PrefillClaimAnswer> {
    yield* this.remote.pending.claim(id, context.signal);
  }

  /** A prefill worker has done a job. False when it comes too late. */
  @endpoint({ name: "report-prefill", input: PrefillReport, output: z.boolean(), idempotent: true })
  async reportPrefill({ id, output }: PrefillReport): Promise<boolean> {
    return this.remote.pending.finish(id, output);
  }

  /** Where prompts were read. */
  @endpoint({ idempotent: true })
  async prefills(_request: null): Promise<PrefillCounts> {
    return { ...this.counts };
  }

  @onStart
  protected async beginPrefill(): Promise<void> {
    this.remotePrefill = await RemotePrefill.open(runtimeOf(this), this.settings.model, this.decode, this.prefill);
  }

  @onShutdown
  protected async endPrefill(): Promise<void> {
    await this.remotePrefill?.[Symbol.asyncDispose]();
  }

  private async received(request: PreprocessedRequest, signal: AbortSignal): Promise<ReceivedBlocks | null> {
    // Whoever has sent it has asked a prefill worker already.
    if (request.prefill_result !== null) return this.transferred(request.prefill_result, signal);
    const uncached = request.token_ids.length - this.worker.engine.cachedPrefix(request);
    if (!(await this.remote.isWorthIt(uncached))) return this.counted("local", null);
    const output = await this.remote.ask(request, signal);
    if (signal.aborted) return null;
    if (output === null) return this.counted("fallback", null);
    const prompt_tokens_details = output.completion_usage?.prompt_tokens_details ?? null;
    const { disaggregated_params } = output;
    return this.counted("remote", await this.transferred({ disaggregated_params, prompt_tokens_details }, signal));
  }

  private async transferred(result: PrefillResult, signal: AbortSignal): Promise<ReceivedBlocks | null> {
    const blocks = ComputedBlocks.safeParse(result.disaggregated_params);
    if (!blocks.success) return null;
    const { tokens } = blocks.data;
    const { speedup } = this.settings;
    const cost = speedup === 0 ? 0 : (tokens * this.decode.transferMsPerToken) / speedup;
    if (cost > 0) await clock.sleep(cost, { signal }).catch(() => undefined);
    return { tokens, cached: result.prompt_tokens_details?.cached_tokens ?? 0 };
  }

  private counted<T>(where: keyof PrefillCounts, value: T): T {
    this.counts[where] += 1;
    const help = "Prompts by where they were read.";
    runtimeOf(this).metrics.counter("llm_prefills_total", { help, labels: { where } }).inc();
    return value;
  }

  private get remote(): RemotePrefill {
    if (this.remotePrefill !== null) return this.remotePrefill;
    throw new StatorError("unavailable", "The engine has not started.");
  }
}
