import { type ErrorCode, StatorError } from "@stator/runtime-native";

/** What is done to a call. */
export type FaultEffect =
  | { readonly kind: "drop" }
  | { readonly kind: "drop-answer" }
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "duplicate" }
  | { readonly kind: "fail"; readonly error: (path: string) => StatorError }
  | { readonly kind: "break"; readonly after: number };

/** Which of the calls that it fits a fault is played with. */
export interface FaultOptions {
  /** How many calls at the most. Default: all. */
  readonly times?: number;
  /** How many calls are let through first. Default: 0. */
  readonly skip?: number;
  /** Of the others, how many: from 0 to 1, by the seed of the cluster. Default: 1. */
  readonly probability?: number;
}

/** A call, as a fault looks at it. */
export interface FaultyCall {
  readonly service: string;
  readonly endpoint: string;
  readonly instance: string;
  readonly caller: string;
}

/** A rule by which calls go wrong, until it is removed. */
export class Fault implements Disposable {
  /** Calls that it was played with. */
  hits = 0;
  private seen = 0;

  /** @internal Use `cluster.on`. */
  constructor(
    /** What is done to a call that it fits. */
    readonly effect: FaultEffect,
    private readonly fits: (call: FaultyCall) => boolean,
    private readonly options: FaultOptions,
    private readonly random: () => number,
    private readonly forget: (fault: Fault) => void,
  ) {}

  /** Lets all further calls through. */
  remove(): void {
    this.forget(this);
  }

  /** As `remove()`. */
  [Symbol.dispose](): void {
    this.remove();
  }

  /** @internal Whether it is played with this call; then it is counted. */
  takes(call: FaultyCall): boolean {
    const { times = Infinity, skip = 0, probability = 1 } = this.options;
    if (this.hits >= times || !this.fits(call)) return false;
    this.seen += 1;
    if (this.seen <= skip || (probability < 1 && this.random() >= probability)) return false;
    this.hits += 1;
    return true;
  }
}

/** What a service answers that fails with this code, as the real one does: who is full says that nothing has run. */
export function faultError(code: ErrorCode | StatorError): (path: string) => StatorError {
  if (code instanceof StatorError) return () => code;
  return (path) =>
    new StatorError(code, `${path}: the test lets the call fail.`, {
      details: code === "overloaded" ? { refused: path } : null,
    });
}

/** What a caller is told whose worker was lost. */
export function lostError(path: string): StatorError {
  return new StatorError(
    "unknown_outcome",
    `${path}: the worker was lost with the call in its hands: the test broke it.`,
  );
}
