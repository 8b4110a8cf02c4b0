import { type Clock, StatorError } from "@stator/runtime-native";

import { takesStream } from "../definition/endpoint-kind.ts";
import type { AttemptReason } from "../tracing/call-trace.ts";
import { tracedAttempt } from "../tracing/traced-call.ts";
import { isRefusalOf } from "../serving/refusal.ts";
import type { CallSettings, CallTarget } from "./call-target.ts";
import { batches } from "./batches.ts";
import { isLost } from "./broken-stream.ts";
import { chooseInstance } from "./choose-instance.ts";
import { Hedged } from "./hedged.ts";
import { ItemsOfBatches } from "./items-of-batches.ts";
import { readable, type ServiceStream } from "./service-stream.ts";
import { startCall } from "./start-call.ts";

/** Makes a call as its dependency wants it: beside another one when it takes long, again where that is safe. */
export function attempt(target: CallTarget, request: unknown, settings: CallSettings): ServiceStream<unknown> {
  const { hedge, endpoint } = target;
  const mayTwice = endpoint.idempotent && !takesStream(endpoint.kind) && settings.instanceId === undefined;
  if (hedge === null || !mayTwice) return attemptAlone(target, request, settings, "first");
  hedge.budget.earn();
  const until = deadlineOf(target, settings);
  const start = (reason: "first" | "hedge") =>
    attemptAlone(target, request, untilThen(settings, until, target.clock), reason);
  return new Hedged(start, hedge.afterMs, () => hedge.budget.spend(), target.clock, settings.signal);
}

function attemptAlone(
  target: CallTarget,
  request: unknown,
  settings: CallSettings,
  reason: AttemptReason,
): ServiceStream<unknown> {
  const { retry, breaker, choose } = target;
  const isPlain = retry === null && breaker === null && choose === null && settings.resume === undefined;
  if (isPlain) return tracedAttempt(settings, reason, (traced) => startCall(target, request, traced));
  return new Attempts(target, request, settings, reason);
}

/** How often a stream is resumed without a further item, at most. */
const MOST_RESUMES = 5;

/** Pauses where the dependency says nothing of retries. */
const PAUSES = { baseMs: 50, maxMs: 2000 } as const;

/**
 * A call that may be made several times before its first item, and gone on with after that if its caller says how. The first
 * attempt has begun when this exists.
 */
class Attempts implements ServiceStream<unknown> {
  private current: ServiceStream<unknown> | null = null;
  private items: AsyncIterator<unknown[]> | null = null;
  /** Why the current attempt could not even begin. */
  private failure: unknown = null;
  private made = 0;
  private hasAnswered = false;
  private isClaimed = false;
  private readonly cancelled = new AbortController();
  private readonly until: number | null;
  private received = 0;
  private last: unknown = null;
  private resumes = 0;

  constructor(
    private readonly target: CallTarget,
    private request: unknown,
    private settings: CallSettings,
    reason: AttemptReason,
  ) {
    this.until = deadlineOf(target, settings);
    target.retry?.budget.earn();
    this.begin(reason);
  }

  get id(): string {
    return this.current?.id ?? this.settings.id ?? "";
  }

  get instanceId(): bigint | null {
    return this.current?.instanceId ?? null;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    const isOver = (): boolean => this.cancelled.signal.aborted || this.settings.signal?.aborted === true;
    return new ItemsOfBatches(this.batches(), isOver);
  }

  batches(): AsyncIterableIterator<unknown[]> {
    this.claim();
    const leave = async (): Promise<void> => {
      this.cancelled.abort();
      await this.items?.return?.();
      if (this.items === null) this.current?.cancel();
    };
    return batches(() => this.next(), leave);
  }

  async one(): Promise<unknown> {
    this.claim();
    return this.answered((stream) => stream.one());
  }

  toReadableStream(): ReadableStream<unknown> {
    return readable(this[Symbol.asyncIterator]());
  }

  cancel(): void {
    this.cancelled.abort();
    this.current?.cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  private claim(): void {
    if (this.isClaimed) {
      throw new StatorError("invalid_argument", "this response is being read already; make another call to read twice");
    }
    this.isClaimed = true;
  }

  private async next(): Promise<IteratorResult<unknown[]>> {
    for (;;) {
      try {
        const result = await this.read();
        if (result.done !== true) {
          this.received += result.value.length;
          this.last = result.value.at(-1);
          this.resumes = 0;
        }
        return result;
      } catch (error) {
        if (!(await this.goesOn(error))) throw error;
      }
    }
  }

  private async read(): Promise<IteratorResult<unknown[]>> {
    const { items } = this;
    if (!this.hasAnswered || items === null) {
      return this.answered((stream) => {
        this.items = stream.batches()[Symbol.asyncIterator]();
        return this.items.next();
      });
    }
    try {
      return await items.next();
    } catch (error) {
      this.target.breaker?.failed(this.instanceId, error);
      throw error;
    }
  }

  /** Asks the caller how to go on with a stream whose worker was lost, and begins with that. */
  private async goesOn(error: unknown): Promise<boolean> {
    const { resume, instanceId: _, ...settings } = this.settings;
    if (resume === undefined || this.resumes >= MOST_RESUMES || this.cancelled.signal.aborted) return false;
    if (!(error instanceof StatorError) || !isLost(error) || takesStream(this.target.endpoint.kind)) return false;
    this.resumes += 1;
    const { received } = this;
    const next: unknown = await resume({
      request: this.request as never,
      received,
      last: this.last as never,
      error,
    });
    if (next === null || !(await this.pause(this.resumes))) return false;
    this.request = next;
    this.settings = { ...settings, resume };
    this.hasAnswered = false;
    this.made = 0;
    this.begin("resume");
    return true;
  }

  /** What `read` gets of the first attempt that answers. */
  private async answered<T>(read: (stream: ServiceStream<unknown>) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        if (this.current === null) throw this.failure;
        const result = await read(this.current);
        this.hasAnswered = true;
        this.target.breaker?.succeeded(this.instanceId);
        return result;
      } catch (error) {
        if (this.current !== null) this.target.breaker?.failed(this.instanceId, error);
        if (!this.mayTryAgain(error)) throw error;
        if (!(await this.pause(this.made))) throw error;
        this.begin("retry");
      }
    }
  }

  private begin(reason: AttemptReason): void {
    this.made += 1;
    this.current = null;
    this.items = null;
    try {
      this.current = tracedAttempt(this.settings, reason, (traced) => this.started(traced));
    } catch (error) {
      this.failure = error;
    }
  }

  private started(settings: CallSettings): ServiceStream<unknown> {
    const { target, request } = this;
    target.breaker?.admit();
    const instanceId = settings.instanceId ?? chooseInstance(target, request, settings);
    const left = untilThen(settings, this.until, target.clock);
    return startCall(target, request, instanceId === undefined ? left : { ...left, instanceId });
  }

  /** Whether the call has certainly not run, or may run twice; and whether there is an attempt left. */
  private mayTryAgain(error: unknown): boolean {
    const { retry, endpoint, path } = this.target;
    if (retry === null || this.made >= retry.policy.attempts || this.cancelled.signal.aborted) return false;
    if (!(error instanceof StatorError) || takesStream(endpoint.kind)) return false;
    const isUntouched = isRefusalOf(error, path) || (error.retryable && error.instanceId === null);
    const isHarmless = endpoint.idempotent && (error.retryable || error.code === "unknown_outcome");
    return (isUntouched || isHarmless) && retry.budget.spend();
  }

  /** Waits before the next attempt, a random time so that callers do not come back all at once. False: there is no time left. */
  private async pause(times: number): Promise<boolean> {
    const { baseMs, maxMs } = this.target.retry?.policy ?? PAUSES;
    const most = Math.min(maxMs, baseMs * 2 ** (times - 1));
    const { clock, random } = this.target;
    const pauseMs = random() * most;
    if (this.until !== null && clock.now() + pauseMs >= this.until) return false;
    const given = this.settings.signal;
    const { signal } = this.cancelled;
    await sleep(clock, pauseMs, given === undefined ? signal : AbortSignal.any([given, signal]));
    return !signal.aborted && given?.aborted !== true;
  }
}

/** When the call's time is up; null for never. */
function deadlineOf(target: CallTarget, settings: CallSettings): number | null {
  const timeoutMs = settings.timeoutMs ?? target.timeoutMs;
  return timeoutMs === null ? null : target.clock.now() + timeoutMs;
}

/** The same call with the time that is left. */
function untilThen(settings: CallSettings, until: number | null, clock: Clock): CallSettings {
  return until === null ? settings : { ...settings, timeoutMs: Math.max(1, until - clock.now()) };
}

/** Resolves after the time, or when the signal fires. */
async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(ms, resolve);
  const fired = (): void => resolve();
  signal.addEventListener("abort", fired, { once: true });
  await promise;
  timer.cancel();
  signal.removeEventListener("abort", fired);
}
