import type { Bridge } from "../crossing/bridge.ts";
import type { QueueActionInput } from "../generated/types/queue-action.ts";
import type { QueueOpening } from "../generated/types/queue-opening.ts";
import { StatorError } from "../stator-error.ts";

/** The way of a runtime's queues into the core. */
export class QueuePort {
  readonly #bridge: Bridge;
  /** Each queue is opened once, however often the runtime is asked for it: by its name and options. */
  readonly #opened = new Map<string, { readonly queue: number; readonly done: Promise<number> }>();

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  /** A number for a job. */
  number(): number {
    return this.#bridge.number();
  }

  /** The number of a queue, which is made if there is none. */
  open(name: string, options: QueueOpening): Promise<number> {
    const key = JSON.stringify([name, options]);
    const found = this.#opened.get(key);
    if (found !== undefined) return found.done;
    const queue = this.#bridge.number();
    const done = this.ask({ do: "open", queue, name, options }).then(() => queue);
    this.#opened.set(key, { queue, done });
    // Whoever comes next tries again.
    done.catch(() => this.#forget(queue));
    return done;
  }

  /** Asks the core; gives what it answers. */
  async ask<T>(action: QueueActionInput, signal?: AbortSignal): Promise<T> {
    try {
      const answer = JSON.parse(await this.#bridge.command({ type: "queue", action }, signal)) as T;
      if (action.do === "delete") this.#forget(action.queue);
      return answer;
    } catch (error) {
      // Whoever uses it again makes a new one.
      if ("queue" in action && error instanceof StatorError && error.code === "not_found") this.#forget(action.queue);
      throw error;
    }
  }

  /** Does something whose failure matters to nobody: what it is about comes again, or ends with the runtime. */
  tell(action: QueueActionInput): void {
    this.#bridge.command({ type: "queue", action }).catch(() => {});
  }

  #forget(queue: number): void {
    for (const [key, opened] of this.#opened) if (opened.queue === queue) this.#opened.delete(key);
  }
}
