import { type CustomRouter, type Instance, StatorError } from "@stator/sdk";

/** Carries the number of a call to the router, and on to the engine, which ignores it. */
const CALL = "x-llm-call";

/** A call that looks for an engine. */
export interface ChosenCall {
  /** What the call has to carry. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The call is over. */
  end(): void;
}

interface Open {
  readonly allowed: ReadonlySet<bigint> | null;
  readonly excluded: ReadonlySet<bigint>;
  instance: bigint | null;
}

/**
 * Chooses engines: of the instances that serve the model, without those that have just failed, the one with the fewest open calls
 * of this process.
 */
export class EngineChoice {
  readonly #open = new Map<string, Open>();
  readonly #calls = new Map<bigint, number>();
  #number = 0;

  /** The router of the dependency. */
  readonly router: CustomRouter = (instances, { metadata }) => this.#choose(instances, metadata[CALL]);

  /** A call is about to be made. `allowed`: the instances that serve the model, null for any. */
  begin(allowed: ReadonlySet<bigint> | null, excluded: ReadonlySet<bigint>): ChosenCall {
    const number = String(this.#number++);
    const open: Open = { allowed, excluded, instance: null };
    this.#open.set(number, open);
    return {
      metadata: { [CALL]: number },
      end: () => {
        if (this.#open.delete(number)) this.#count(open, null);
      },
    };
  }

  #choose(instances: readonly Instance[], number: string | undefined): bigint | null {
    const open = this.#open.get(number ?? "");
    if (open === undefined) return null;
    const { allowed, excluded } = open;
    const serving = allowed === null ? instances : instances.filter(({ instanceId }) => allowed.has(instanceId));
    const [anyone] = serving;
    if (anyone === undefined) {
      throw new StatorError("no_instances", "None of the engines that can be reached serves the model.");
    }
    // One that has failed may be back, and is better than none.
    const others = serving.filter(({ instanceId }) => !excluded.has(instanceId));
    const chosen = this.#leastLoaded(others.length > 0 ? others : serving);
    this.#count(open, chosen);
    return chosen;
  }

  #leastLoaded(instances: readonly Instance[]): bigint | null {
    let best: bigint | null = null;
    let fewest = Infinity;
    // Equals take turns.
    const begin = this.#number % instances.length;
    for (let at = 0; at < instances.length; at++) {
      const instanceId = instances[(begin + at) % instances.length]?.instanceId;
      const calls = instanceId === undefined ? Infinity : (this.#calls.get(instanceId) ?? 0);
      if (instanceId !== undefined && calls < fewest) [best, fewest] = [instanceId, calls];
    }
    return best;
  }

  /** The call is at another instance now, or at none. */
  #count(open: Open, instance: bigint | null): void {
    if (open.instance !== null) {
      const left = (this.#calls.get(open.instance) ?? 1) - 1;
      if (left > 0) this.#calls.set(open.instance, left);
      else this.#calls.delete(open.instance);
    }
    open.instance = instance;
    if (instance !== null) this.#calls.set(instance, (this.#calls.get(instance) ?? 0) + 1);
  }
}
