/** How long work may go on before other events get their turn, in milliseconds. */
const BUDGET_MS = 4;

/** How long one side of a stream goes on while the other side waits in the same process, in milliseconds. */
const SHARE_MS = 1;

/** The turns of the event loop, as far as the crossing takes part in them. */
export class Turn {
  #began = 0;
  readonly #run: (turn: () => void) => void;
  #waiting: (() => void)[] = [];

  /** `run` runs what a turn does, with everything that its microtasks do. */
  constructor(run: (turn: () => void) => void) {
    this.#run = run;
  }

  /** A new turn begins. */
  begin(): void {
    this.#began = performance.now();
  }

  /** Whether this turn has taken so long that timers, sockets and other calls should come in between. */
  get isLong(): boolean {
    return performance.now() - this.#began > BUDGET_MS;
  }

  /** Whether this turn has gone on for a while, so that whoever waits in the same process should come in between. */
  get isUnderWay(): boolean {
    return performance.now() - this.#began > SHARE_MS;
  }

  /** Resolves in the next turn, together with everybody else who waits for it. */
  next(): Promise<void> {
    if (this.#waiting.length === 0) setImmediate(this.#resume);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  readonly #resume = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.begin();
    this.#run(() => {
      for (const resume of waiting) resume();
    });
  };
}
