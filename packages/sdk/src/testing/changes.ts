import { StatorError } from "@stator/runtime-native";

/** How long something is waited for, unless the test says otherwise: shorter than a test may take by default. */
const PATIENCE_MS = 4000;

/** What cannot be heard of is looked at this often. */
const LOOK_MS = 5;

/** How long to wait. */
export interface WaitOptions {
  /** In milliseconds of the real time. Default: 4000. */
  readonly timeoutMs?: number;
}

/** What is neither missing nor false. */
export type Something<T> = Exclude<T, undefined | null | false>;

/** Tells those who wait that something in the cluster has changed. */
export class Changes {
  private waiting: (() => void)[] = [];

  /** Says what has happened so far, for those who waited in vain. */
  constructor(private readonly story: () => string) {}

  readonly tell = (): void => {
    for (const resume of this.waiting.splice(0)) resume();
  };

  /**
   * Resolves with what `look` gives as soon as that is something.
   *
   * @throws StatorError `deadline_exceeded` with what was waited for and what has happened.
   */
  async until<T>(
    look: () => T | Promise<T>,
    what: string,
    { timeoutMs = PATIENCE_MS }: WaitOptions = {},
  ): Promise<Something<T>> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== null && found !== false) return found as Something<T>;
      if (performance.now() >= end) {
        throw new StatorError("deadline_exceeded", `${what} did not come within ${timeoutMs} ms.\n${this.story()}`);
      }
      await this.next();
    }
  }

  private async next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting.push(resolve);
    const timer = setTimeout(resolve, LOOK_MS);
    await promise;
    clearTimeout(timer);
  }
}
