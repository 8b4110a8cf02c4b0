import { clock } from "@stator/sdk";

import { engineStep } from "../engine/engine-step.ts";
import type { LLMEngineOutput, PreprocessedRequest } from "../generated/index.ts";
import { continuedRequest } from "./continued-request.ts";
import type { EngineAttempt, OpenEngine } from "./engine-attempt.ts";
import { BrokenAnswer, isMigratable } from "./is-migratable.ts";

/** How an answer goes on at another engine. */
export interface MigrationOptions {
  /** How often at most. */
  readonly limit: number;
  /** Ends the waiting between two attempts. */
  readonly signal: AbortSignal;
  /** Hears of each migration, with the tokens so far and why. */
  readonly onMigrate?: (tokens: number, error: Error) => void;
}

/** The first migration is made at once; before the others there is this pause, and then twice as long each time. */
const PAUSE_MS = 100;
const MOST_PAUSE_MS = 2000;

const CLOSED = engineStep({ finish_reason: "length" });

/**
 * The steps of one answer, from one engine, and from others when one is lost: each token once and in order. It works where an
 * engine's next token depends only on the tokens before it, the seed and the place.
 *
 * An answer that an engine gives as text without tokens cannot go on elsewhere once it has begun.
 */
export class MigratingStream {
  #attempt: EngineAttempt | null = null;
  #batches: AsyncIterator<LLMEngineOutput[]> | null = null;
  #hasItem = false;
  #isEnded = false;
  #hasUntold = false;
  #migrations = 0;
  readonly #soFar: number[] = [];
  readonly #excluded = new Set<bigint>();

  constructor(
    private readonly request: PreprocessedRequest,
    private readonly open: OpenEngine,
    private readonly options: MigrationOptions,
  ) {}

  /** The next steps, all that have come; null behind the last one. */
  async next(): Promise<LLMEngineOutput[] | null> {
    if (this.#isEnded) return null;
    for (;;) {
      try {
        const result = await (this.#batches ?? (await this.#begin())).next();
        if (result.done === true) throw new BrokenAnswer();
        for (const step of result.value) this.#took(step);
        return result.value;
      } catch (error) {
        if (!(await this.#goesOn(error))) throw error;
        if (this.#isEnded) return [CLOSED];
      }
    }
  }

  /** Ends the call of the engine. Harmless when it is over. */
  async close(): Promise<void> {
    this.#isEnded = true;
    await this.#leave();
  }

  async #begin(): Promise<AsyncIterator<LLMEngineOutput[]>> {
    const request = continuedRequest(this.request, this.#soFar) ?? this.request;
    this.#attempt = await this.open(request, this.#excluded);
    this.#hasItem = false;
    return (this.#batches = this.#attempt.stream.batches()[Symbol.asyncIterator]());
  }

  #took(item: LLMEngineOutput): void {
    if (!this.#hasItem) {
      this.#hasItem = true;
      this.#attempt?.started?.();
    }
    const { token_ids: ids } = item;
    for (let at = 0; at < ids.length; at++) this.#soFar.push(ids[at] ?? 0);
    if (ids.length === 0 && item.text !== null && item.text !== "") this.#hasUntold = true;
    if (item.finish_reason !== null) this.#isEnded = true;
  }

  /** Whether the answer goes on elsewhere, or has nothing left to come. */
  async #goesOn(error: unknown): Promise<boolean> {
    const failed = this.#attempt?.stream.instanceId ?? null;
    await this.#leave();
    const { limit, signal, onMigrate } = this.options;
    if (!isMigratable(error) || this.#hasUntold || signal.aborted || this.#migrations >= limit) return false;
    if (failed !== null) this.#excluded.add(failed);
    if (continuedRequest(this.request, this.#soFar) === null) {
      this.#isEnded = true;
      return true;
    }
    const pause = this.#migrations === 0 ? 0 : Math.min(MOST_PAUSE_MS, PAUSE_MS * 2 ** (this.#migrations - 1));
    this.#migrations += 1;
    onMigrate?.(this.#soFar.length, error);
    if (pause > 0) await clock.sleep(pause, { signal }).catch(() => {});
    return !signal.aborted;
  }

  async #leave(): Promise<void> {
    const [attempt, batches] = [this.#attempt, this.#batches];
    [this.#attempt, this.#batches] = [null, null];
    if (attempt === null) return;
    try {
      await batches?.return?.();
    } finally {
      attempt.ended();
    }
  }
}
