import type { Bridge } from "../crossing/bridge.ts";
import type { QueueActionInput } from "../generated/types/queue-action.ts";

/** The way of the queues' parts into the core. */
export class QueuePort {
  readonly #bridge: Bridge;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  /** A number for a queue or a job. */
  number(): number {
    return this.#bridge.number();
  }

  /** Asks the core; gives what it answers. */
  async ask<T>(action: QueueActionInput, signal?: AbortSignal): Promise<T> {
    return JSON.parse(await this.#bridge.command({ type: "queue", action }, signal)) as T;
  }

  /** Does something whose failure matters to nobody: what it is about comes again, or ends with the runtime. */
  tell(action: QueueActionInput): void {
    this.#bridge.command({ type: "queue", action }).catch(() => {});
  }
}
