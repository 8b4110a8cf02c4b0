import {
  configuration,
  type Context,
  endpoint,
  onShutdown,
  onStart,
  runtimeOf,
  service,
  StatorError,
} from "@stator/sdk";

import { Prefill } from "../engine/prefill.ts";
import { type LLMEngineOutput, PrefillContract, type PreprocessedRequest } from "../generated/index.ts";
import { MockEngineSettings } from "../mock/mock-engine-settings.ts";
import { type MockEngineState } from "../mock/mock-engine-state.ts";
import { MockWorker } from "../mock/mock-worker.ts";
import { PrefillJobs } from "./prefill-jobs.ts";
import { openPrefillQueue } from "./prefill-queue.ts";
import { PrefillSettings } from "./prefill-settings.ts";

/** A mock engine that only reads prompts: those that wait in the queue, and those that it is asked for directly. */
@service({ contract: PrefillContract })
export class MockPrefillEngine extends Prefill {
  readonly settings = configuration(MockEngineSettings);
  readonly prefill = configuration(PrefillSettings);
  private started: MockWorker | null = null;
  private jobs: PrefillJobs | null = null;

  /** @throws StatorError `invalid_request`, `overloaded`, `shutting_down`. */
  @endpoint()
  async *generate(request: PreprocessedRequest, context: Context): AsyncGenerator<LLMEngineOutput> {
    const output = await this.read(request, context.signal);
    if (output !== undefined) yield output;
  }

  /** What the engine has to do, and what it has done. */
  @endpoint({ idempotent: true })
  async state(_request: null): Promise<MockEngineState> {
    return this.worker.engine.state;
  }

  @onStart
  protected async begin(): Promise<void> {
    const runtime = runtimeOf(this);
    const { prefillQueue, prefillConcurrency } = this.prefill;
    const options = { endpoint: "llm.prefill.generate", registers: false };
    this.started = await MockWorker.start(runtime, this.settings, options);
    const read = (request: PreprocessedRequest, signal: AbortSignal) => this.read(request, signal);
    await openPrefillQueue(runtime, { name: prefillQueue, model: this.settings.model }, async (queue) => {
      this.jobs = await PrefillJobs.begin(runtime, queue, prefillConcurrency, read);
    });
  }

  @onShutdown
  protected async end(): Promise<void> {
    await this.jobs?.[Symbol.asyncDispose]();
    await this.started?.[Symbol.asyncDispose]();
  }

  private async read(request: PreprocessedRequest, signal: AbortSignal): Promise<LLMEngineOutput | undefined> {
    const [output] = await Array.fromAsync(this.worker.engine.generate(request, { signal, prefillOnly: true }));
    if (output === undefined) return undefined;
    const worker = runtimeOf(this).instanceId.toString();
    return { ...output, disaggregated_params: { worker, tokens: request.token_ids.length } };
  }

  private get worker(): MockWorker {
    if (this.started !== null) return this.started;
    throw new StatorError("unavailable", "The engine has not started.");
  }
}
