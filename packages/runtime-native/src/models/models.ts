import { checkSignal } from "../calling/check-call-options.ts";
import type { Bridge } from "../crossing/bridge.ts";
import { ListedModels } from "../generated/types/listed-models.ts";
import { orAborted } from "../or-aborted.ts";
import { StatorError } from "../stator-error.ts";
import type { ServedModel } from "./served-model.ts";

/** How models are watched. */
export interface ModelWatchOptions {
  /** Ends the watch when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The models that the processes of a cluster serve: their model cards, in discovery (`v1/mdc`), in the form of the original.
 *
 * A model is there as long as the process that registered it.
 */
export class Models {
  readonly #bridge: Bridge;
  #latest: ListedModels | null = null;
  /** The one question for the next list, whoever waits for it. */
  #asked: Promise<ListedModels> | null = null;

  /** @internal */
  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  /** All models of this moment, in the order of their endpoints. Errors: `discovery`, `shutting_down`. */
  async list(): Promise<readonly ServedModel[]> {
    const { models } = ListedModels.decode(await this.#ask(0));
    return models;
  }

  /**
   * All models, and all of them again after each change. Changes that come together are one; a slow reader gets the latest.
   * The loop ends by `break`, the signal, and the runtime's shutdown; it does not keep the process alive.
   */
  async *watch(options: ModelWatchOptions = {}): AsyncGenerator<readonly ServedModel[], void, void> {
    const { signal } = options;
    checkSignal(signal);
    let seen = 0;
    try {
      for (;;) {
        const list = await orAborted(this.#after(seen), signal, "the watch was aborted");
        seen = list.revision;
        yield list.models;
      }
    } catch (error) {
      const isOver = signal?.aborted === true || (error instanceof StatorError && error.code === "shutting_down");
      if (!isOver) throw error;
    }
  }

  async #after(seen: number): Promise<ListedModels> {
    const latest = this.#latest;
    if (latest !== null && latest.revision !== seen) return latest;
    this.#asked ??= this.#next(latest?.revision ?? 0);
    return this.#asked;
  }

  async #next(after: number): Promise<ListedModels> {
    try {
      const list = ListedModels.decode(await this.#ask(after));
      this.#latest = list;
      return list;
    } finally {
      this.#asked = null;
    }
  }

  #ask(after: number): Promise<string> {
    // The first list is there at once; the next one may never come.
    const pace = after === 0 ? "asked" : "background";
    return this.#bridge.command({ type: "model", action: { do: "list", after } }, undefined, pace);
  }
}
