import { createLogger } from "@stator/runtime-native";

import type { ActiveLoadInput } from "../generated/types/active-load.ts";
import { KV_METRICS } from "./kv-topics.ts";
import { currentId, type PublishScope, type WorkerId } from "./publish-scope.ts";

/** How often a load is sent that does not change, in milliseconds. */
const REPEAT_MS = 2000;

/** What an engine has to do. What is left out it does not know. */
export type EngineLoad = Omit<ActiveLoadInput, "worker_id">;

/**
 * Tells routers what an engine has to do. Only the newest load of a turn is sent, and the newest of those that came while one was
 * under way, so that nothing piles up. The same load is not sent twice in a row, but every two seconds: for routers that have missed it, or
 * come later.
 */
export class LoadPublisher implements AsyncDisposable {
  readonly #scope: PublishScope;
  readonly #workerId: WorkerId;
  readonly #next = new Map<number, EngineLoad>();
  readonly #last = new Map<number, EngineLoad>();
  readonly #sent = new Map<number, string>();
  #sending: Promise<void> | null = null;
  #failed = false;
  #open = true;
  #repeating: ReturnType<typeof setInterval> | null = null;

  constructor(scope: PublishScope, workerId: WorkerId) {
    this.#scope = scope;
    this.#workerId = workerId;
  }

  /** Says how much there is to do. Never throws: a load that cannot be sent is followed by the next one. */
  publish(load: EngineLoad): void {
    if (!this.#open) return;
    this.#next.set(load.dp_rank ?? 0, load);
    this.#last.set(load.dp_rank ?? 0, load);
    this.#repeating ??= setInterval(() => this.#repeat(), REPEAT_MS).unref();
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
    });
  }

  /** Resolves when the newest load has been sent. */
  async flush(): Promise<void> {
    while (this.#sending !== null) await this.#sending;
  }

  /** Sends what is left. Nothing is published after it. */
  async close(): Promise<void> {
    this.#open = false;
    if (this.#repeating !== null) clearInterval(this.#repeating);
    await this.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #repeat(): void {
    this.#sent.clear();
    for (const load of this.#last.values()) this.publish(load);
  }

  async #send(): Promise<void> {
    await new Promise(setImmediate);
    while (this.#next.size > 0) {
      const loads = [...this.#next];
      this.#next.clear();
      for (const [dpRank, load] of loads) await this.#sendOne(dpRank, load);
    }
  }

  async #sendOne(dp_rank: number, load: EngineLoad): Promise<void> {
    const { active_decode_blocks = null, active_prefill_tokens = null, kv_used_blocks = null } = load;
    const worker_id = currentId(this.#workerId);
    const value = { worker_id, dp_rank, active_decode_blocks, active_prefill_tokens, kv_used_blocks };
    const text = Object.values(value).join();
    if (this.#sent.get(dp_rank) === text) return;
    try {
      await this.#scope.publish(KV_METRICS, value);
      this.#sent.set(dp_rank, text);
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) createLogger(() => ({ reason: String(error) })).warn("the load cannot be published");
      this.#failed = true;
    }
  }
}
