import type { Bridge } from "../crossing/bridge.ts";
import type { KvActionInput } from "../generated/types/kv-action.ts";

/** The way of the store's parts into the core. */
export class KvPort {
  readonly #bridge: Bridge;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  /** A number for what is held, and for a watch. */
  number(): number {
    return this.#bridge.number();
  }

  /** Asks the core; gives what it answers. */
  async ask<T>(action: KvActionInput, signal?: AbortSignal): Promise<T> {
    return JSON.parse(await this.#bridge.command({ type: "kv", action }, signal)) as T;
  }

  /** Asks for something that may come much later, or never: it does not keep the process alive. */
  async await(action: KvActionInput): Promise<void> {
    await this.#bridge.command({ type: "kv", action }, undefined, "background");
  }

  /** Does something whose failure matters to nobody: what it is about ends with the runtime anyway. */
  tell(action: KvActionInput): void {
    this.#bridge.command({ type: "kv", action }).catch(() => {});
  }
}
