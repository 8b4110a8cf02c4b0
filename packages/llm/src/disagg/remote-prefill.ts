import { type Client, createLogger, type DistributedRuntime } from "@stator/runtime-native";
import { clock, type ServiceClient } from "@stator/sdk";

import { type Prefill } from "../engine/prefill.ts";
import { type LLMEngineOutput, type PreprocessedRequest } from "../generated/index.ts";
import { type DecodeSettings } from "./decode-settings.ts";
import { PendingPrefills } from "./pending-prefills.ts";
import { openPrefillQueue, type PrefillQueue } from "./prefill-queue.ts";

/** How long a job may take to be stored. */
const PUT_MS = 2000;

/** Has prompts read by prefill workers: through the queue, or by calling them where there is none. */
export class RemotePrefill implements AsyncDisposable {
  readonly pending = new PendingPrefills();
  private readonly log = createLogger(() => ({}));
  /** Prefill workers that are being called. */
  private calls = 0;
  /** Null as long as there is none. */
  private queue: PrefillQueue | null = null;

  private constructor(
    private readonly runtime: DistributedRuntime,
    private readonly settings: DecodeSettings,
    private readonly workers: Client<unknown, unknown>,
    private readonly prefill: ServiceClient<Prefill>,
  ) {}

  static async open(
    runtime: DistributedRuntime,
    model: string,
    settings: DecodeSettings,
    prefill: ServiceClient<Prefill>,
  ): Promise<RemotePrefill> {
    const workers = await runtime.endpoint("llm.prefill.generate").client();
    const remote = new RemotePrefill(runtime, settings, workers, prefill);
    await openPrefillQueue(runtime, { name: settings.prefillQueue, model }, async (queue) => {
      remote.queue = queue;
    });
    return remote;
  }

  /** Whether somebody would read a prompt soon of which so many tokens are not cached. */
  async isWorthIt(uncachedTokens: number): Promise<boolean> {
    if (uncachedTokens <= this.settings.maxLocalPrefill || this.workers.instanceIds().length === 0) return false;
    return (await this.depth()) <= this.settings.maxPrefillQueue;
  }

  /** What a prefill worker has made of a prompt; null when nobody has within the time, or when the caller has left. */
  async ask(request: PreprocessedRequest, signal: AbortSignal): Promise<LLMEngineOutput | null> {
    try {
      return await (this.queue === null ? this.call(request, signal) : this.wait(this.queue, request, signal));
    } catch (error) {
      if (!signal.aborted) this.log.warn("a prompt was not read by a prefill worker; it is read here", { error });
      return null;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.workers.close();
  }

  private async depth(): Promise<number> {
    if (this.queue === null) return this.calls;
    return this.queue.info().then(
      ({ ready }) => ready,
      () => Infinity,
    );
  }

  private async call(request: PreprocessedRequest, signal: AbortSignal): Promise<LLMEngineOutput> {
    this.calls += 1;
    try {
      return await this.prefill.generate(request, { signal, timeoutMs: this.settings.prefillTimeoutMs }).one();
    } finally {
      this.calls -= 1;
    }
  }

  private async wait(
    queue: PrefillQueue,
    request: PreprocessedRequest,
    signal: AbortSignal,
  ): Promise<LLMEngineOutput | null> {
    const id = crypto.randomUUID();
    const result = this.pending.open(id);
    const over = new AbortController();
    const leave = (): void => this.pending.giveUp(id);
    signal.addEventListener("abort", leave, { once: true });
    try {
      const decodeWorker = this.runtime.instanceId.toString();
      await queue.put({ id, decodeWorker, request }, { id, waitMs: PUT_MS });
      void clock.sleep(this.settings.prefillTimeoutMs, { signal: over.signal }).then(leave, () => undefined);
      return await result;
    } finally {
      over.abort();
      signal.removeEventListener("abort", leave);
      leave();
    }
  }
}
