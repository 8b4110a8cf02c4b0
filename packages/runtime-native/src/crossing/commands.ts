import type { CommandInput } from "../generated/types/command.ts";
import { errorFromWire } from "../error-from-wire.ts";
import { StatorError, type WireError } from "../stator-error.ts";
import { fromNative } from "./from-native.ts";
import type { KeepAlive } from "./keep-alive.ts";

/** The command that every runtime begins with: its own start. */
export const START = 0;

/** Whether somebody waits for the answer, or it may come much later or never, and keeps no process alive. */
export type CommandPace = "asked" | "background";

interface Pending {
  resolve(result: string): void;
  reject(error: StatorError): void;
  /** Whether the process stays alive for it. */
  readonly keepsAlive: boolean;
  /** Forgets the caller's signal. */
  release(): void;
}

/** What was asked of the addon and has not been answered. The process stays alive until it is. */
export class Commands {
  readonly #keepAlive: KeepAlive;
  readonly #pending = new Map<number, Pending>();
  #next = START + 1;

  constructor(keepAlive: KeepAlive) {
    this.#keepAlive = keepAlive;
  }

  /** Gives `command` to the addon with `send`. Aborting `signal` gives the wait up, with `cancelled`. */
  run(
    command: CommandInput,
    send: (number: number, command: string) => void,
    signal: AbortSignal | undefined,
    pace: CommandPace = "asked",
  ): Promise<string> {
    const { number, result } = this.begin(signal, pace);
    try {
      send(number, JSON.stringify(command));
    } catch (thrown) {
      this.#take(number)?.reject(fromNative(thrown));
    }
    return result;
  }

  /** A number that no open question has, and its answer. */
  begin(
    signal?: AbortSignal,
    pace: CommandPace = "asked",
  ): { readonly number: number; readonly result: Promise<string> } {
    const number = this.#next;
    do {
      this.#next = (this.#next + 1) >>> 0 || START + 1;
    } while (this.#pending.has(this.#next));
    return { number, result: this.expect(number, signal, pace) };
  }

  /** The answer with that number. */
  expect(number: number, signal?: AbortSignal, pace: CommandPace = "asked"): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const abort = (): void => {
      this.#take(number)?.reject(new StatorError("cancelled", "the wait was aborted", { cause: signal?.reason }));
    };
    const release = (): void => signal?.removeEventListener("abort", abort);
    const keepsAlive = pace === "asked";
    this.#pending.set(number, { resolve, reject, keepsAlive, release });
    if (keepsAlive) this.#keepAlive.add();
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
    return promise;
  }

  /** An answer has come. */
  settle(number: number, result: string, worked: boolean): void {
    const pending = this.#take(number);
    if (worked) pending?.resolve(result);
    else pending?.reject(errorFromWire(JSON.parse(result) as WireError));
  }

  /** No more answers will come. */
  close(error: StatorError): void {
    for (const number of this.#pending.keys()) this.#take(number)?.reject(error);
  }

  #take(number: number): Pending | undefined {
    const pending = this.#pending.get(number);
    if (pending === undefined) return undefined;
    this.#pending.delete(number);
    if (pending.keepsAlive) this.#keepAlive.remove();
    pending.release();
    return pending;
  }
}
