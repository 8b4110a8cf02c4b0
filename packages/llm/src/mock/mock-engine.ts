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

import { ENGINE_ENDPOINT } from "../engine/engine-endpoint.ts";
import { Engine } from "../engine/engine.ts";
import {
  EngineContract,
  type LLMEngineOutput,
  type PreprocessedRequest,
  type RouterEvent,
} from "../generated/index.ts";
import { MockEngineSettings } from "./mock-engine-settings.ts";
import { type MockEngineState } from "./mock-engine-state.ts";
import { MockWorker } from "./mock-worker.ts";

/**
 * An engine without a model: what it writes only looks like text, but its blocks, cache and batches are real, and its steps take the
 * time that such steps take. The next token follows from the seed and all tokens before it, so any other worker with the same
 * settings goes on with a text exactly.
 */
@service({ contract: EngineContract })
export class MockEngine extends Engine {
  readonly settings = configuration(MockEngineSettings);
  private started: MockWorker | null = null;

  /** @throws StatorError `invalid_request`, `overloaded`, `shutting_down`. */
  @endpoint()
  async *generate(request: PreprocessedRequest, context: Context): AsyncGenerator<LLMEngineOutput> {
    yield* this.worker.engine.generate(request, { signal: context.signal });
  }

  /** What is cached, as events for a router that has come later. */
  @endpoint({ idempotent: true })
  async cachedBlocks(_request: null): Promise<RouterEvent[]> {
    return this.worker.cachedBlocks();
  }

  /** What the engine has to do, and what it has done. */
  @endpoint({ idempotent: true })
  async state(_request: null): Promise<MockEngineState> {
    return this.worker.engine.state;
  }

  @onStart
  protected async begin(): Promise<void> {
    this.started = await MockWorker.start(runtimeOf(this), this.settings, {
      endpoint: ENGINE_ENDPOINT,
      registers: true,
    });
  }

  @onShutdown
  protected async end(): Promise<void> {
    await this.started?.[Symbol.asyncDispose]();
  }

  protected get worker(): MockWorker {
    if (this.started !== null) return this.started;
    throw new StatorError("unavailable", "The engine has not started.");
  }
}
