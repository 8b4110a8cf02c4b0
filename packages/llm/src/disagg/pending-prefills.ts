import { type LLMEngineOutput } from "../generated/index.ts";
import { type PrefillClaimAnswer } from "./prefill-job.ts";

/** A prefill that a decode worker waits for. */
interface Pending {
  isClaimed: boolean;
  readonly result: PromiseWithResolvers<LLMEngineOutput | null>;
}

/** The prefills that a decode worker waits for, and those who work on them. */
export class PendingPrefills {
  private readonly pending = new Map<string, Pending>();

  /** Begins to wait; null when the prefill was given up. */
  open(id: string): Promise<LLMEngineOutput | null> {
    const result = Promise.withResolvers<LLMEngineOutput | null>();
    this.pending.set(id, { isClaimed: false, result });
    return result.promise;
  }

  /** Waits no more: whoever works on it hears of it. Harmless when it is over. */
  giveUp(id: string): void {
    this.settle(id, null);
  }

  /** It is done. False when nobody waits for it any more. */
  finish(id: string, output: LLMEngineOutput): boolean {
    return this.settle(id, output);
  }

  /** Says whether a prefill is wanted, and then ends when it is not any more. One that somebody works on already is not. */
  async *claim(id: string, signal: AbortSignal): AsyncGenerator<PrefillClaimAnswer, void> {
    const pending = this.pending.get(id);
    if (pending === undefined || pending.isClaimed) {
      yield { wanted: false };
      return;
    }
    const left = Promise.withResolvers<void>();
    const leave = (): void => left.resolve();
    signal.addEventListener("abort", leave, { once: true });
    pending.isClaimed = true;
    try {
      yield { wanted: true };
      if (!signal.aborted) await Promise.race([left.promise, pending.result.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
      // Another worker may have it.
      pending.isClaimed = false;
    }
  }

  private settle(id: string, output: LLMEngineOutput | null): boolean {
    const pending = this.pending.get(id);
    if (pending === undefined) return false;
    this.pending.delete(id);
    pending.result.resolve(output);
    return true;
  }
}
