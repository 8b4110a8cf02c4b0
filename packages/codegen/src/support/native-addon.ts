import { type Failure, failure } from "./binding-error.ts";

/** The exports that every addon has beside its own. */
export interface InternalExports {
  "stator.start": (wake: () => void) => unknown;
  "stator.drain": () => unknown;
  "stator.cancel": (number: number) => unknown;
  "stator.take": (number: number) => unknown;
  "stator.reply": (task: number, reply: number, result: unknown) => unknown;
  "stator.close": (object: number) => unknown;
}

/** A function that was given to Rust. */
export interface GivenCallback {
  /** Calls it with the argument as JSON. */
  readonly call: (argument: string | null) => unknown;
  /** What it returned, as JSON. */
  readonly encode: (result: unknown) => string;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly callbacks?: readonly GivenCallback[];
  /** What must not be collected meanwhile: the objects that the call uses. */
  readonly uses?: readonly object[];
}

/** What is told of a stream of Rust. It must not refer to its reader, who could not be collected otherwise. */
export interface StreamListener {
  /** Called when there are items; there while somebody waits for them. */
  wake: (() => void) | null;
  /** Called when Rust has dropped everything. */
  readonly dropped: () => void;
}

type Task = RunOptions & {
  readonly settle: (result: unknown) => void;
  /** Promises of callbacks that are not settled yet. */
  waiting: number;
  /** What Rust returned while they are waited for. */
  result: { readonly value: unknown } | null;
};

/** Batches of events that are taken one after another before the event loop gets a turn. */
const MOST_BATCHES = 16;
/** The longest interval that timers take; nothing happens when it passes. */
const INTERVAL = 2 ** 31 - 1;

/** One addon in one JavaScript thread: the tasks and streams of Rust that are under way. */
export class NativeAddon<Raw extends InternalExports = InternalExports> {
  readonly raw: Raw;
  readonly #tasks = new Map<number, Task>();
  readonly #streams = new Map<number, StreamListener>();
  #isStarted = false;
  #waiting = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(raw: Raw) {
    this.raw = raw;
  }

  /**
   * Runs a function on the addon's threads. Resolves with what it returned, a failure too: the caller makes the error,
   * so that its stack shows who called. The process stays alive meanwhile.
   */
  run(start: (raw: Raw) => unknown, options: RunOptions = {}): Promise<unknown> {
    const { signal } = options;
    if (signal?.aborted === true) return Promise.resolve(cancelledBy(signal));
    this.#start();
    const number = start(this.raw);
    if (typeof number !== "number") return Promise.resolve(number);
    return new Promise((resolve) => {
      const abort = (): void => {
        this.raw["stator.cancel"](number);
        this.#settle(number, cancelledBy(signal));
      };
      const settle = (result: unknown): void => {
        signal?.removeEventListener("abort", abort);
        this.stayAlive(-1);
        resolve(result);
      };
      this.#tasks.set(number, { ...options, settle, waiting: 0, result: null });
      this.stayAlive(1);
      signal?.addEventListener("abort", abort);
    });
  }

  /** Starts a stream; returns its number, or a failure. */
  open(start: (raw: Raw) => unknown, listener: StreamListener): unknown {
    this.#start();
    const number = start(this.raw);
    if (typeof number === "number") this.#streams.set(number, listener);
    return number;
  }

  /** Counts what the process stays alive for. */
  stayAlive(change: 1 | -1): void {
    this.#waiting += change;
    if (this.#waiting === 0) this.#timer?.unref();
    else if (this.#timer === undefined) this.#timer = setInterval(() => {}, INTERVAL);
    else this.#timer.ref();
  }

  #start(): void {
    if (this.#isStarted) return;
    const failed = this.raw["stator.start"](this.#drain);
    if (failed !== undefined) throw failure("", failed);
    this.#isStarted = true;
  }

  readonly #drain = (): void => {
    for (let batch = 0; batch < MOST_BATCHES; batch++) {
      const events = this.raw["stator.drain"]() as unknown[];
      if (events.length === 0) return;
      for (let place = 0; place < events.length; place += 3) {
        this.#event(events[place] as string, events[place + 1] as number, events[place + 2]);
      }
    }
    setImmediate(this.#drain);
  };

  #event(kind: string, number: number, value: unknown): void {
    switch (kind) {
      case "settled":
      case "failed":
        this.#returned(number, value);
        break;
      case "ready":
        this.#streams.get(number)?.wake?.();
        break;
      case "dropped":
        this.#streams.get(number)?.dropped();
        this.#streams.delete(number);
        break;
      case "call":
        this.#call(number, value as [number, string | null, number | null]);
        break;
      default:
        break;
    }
  }

  /** Rust is done; the call is when its callbacks are too, so that no failure of theirs is lost. */
  #returned(number: number, value: unknown): void {
    const task = this.#tasks.get(number);
    if (task === undefined) return;
    if (task.waiting === 0) this.#settle(number, value);
    else task.result = { value };
  }

  #settle(number: number, result: unknown): void {
    const task = this.#tasks.get(number);
    this.#tasks.delete(number);
    task?.settle(result);
  }

  #call(number: number, [place, argument, reply]: [number, string | null, number | null]): void {
    const task = this.#tasks.get(number);
    const callback = task?.callbacks?.[place];
    if (task === undefined || callback === undefined) return;
    const fail = (thrown: unknown): void => {
      this.raw["stator.cancel"](number);
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.#settle(number, ["callback_failed", `a function that was given to it failed: ${reason}`, undefined, thrown]);
    };
    const answer = (result: unknown): void => {
      try {
        const text = callback.encode(result);
        if (reply !== null) this.raw["stator.reply"](number, reply, text);
      } catch (thrown) {
        fail(thrown);
      }
    };
    try {
      const result = callback.call(argument);
      if (result instanceof Promise) {
        task.waiting++;
        const settled = (): void => {
          if (--task.waiting === 0 && task.result !== null) this.#settle(number, task.result.value);
        };
        result.then(answer, fail).then(settled, fail);
      } else {
        answer(result);
      }
    } catch (thrown) {
      fail(thrown);
    }
  }
}

/** The failure of a call whose `AbortSignal` fired. */
export function cancelledBy(signal: AbortSignal | undefined): Failure {
  return ["cancelled", "the caller gave up", undefined, signal?.reason];
}
