import { type Clock, type Context, type Handler } from "@stator/runtime-native";
import { callerOf } from "@stator/runtime-native/testing";

import { runByClock, sleepBy } from "../clock/clock.ts";
import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import { givesStream, takesStream } from "../definition/endpoint-kind.ts";
import type { ServiceDefinition } from "../definition/service-definition.ts";
import { isAsyncIterable } from "../schema/request-types.ts";
import type { CallFaults } from "./call-faults.ts";
import { CallRecord } from "./call-record.ts";
import { type FaultEffect, lostError } from "./fault.ts";
import type { RecordedCalls } from "./recorded-calls.ts";

/** What calls are watched with. */
export interface Observing {
  readonly calls: RecordedCalls;
  readonly faults: CallFaults;
  readonly clock: Clock;
  readonly changed: () => void;
}

type AnyHandler = Handler<unknown, unknown>;

/** An endpoint of an instance whose calls are written down, and go wrong where the test wants it. */
export function observed(
  handler: AnyHandler,
  endpoint: EndpointDefinition,
  service: ServiceDefinition,
  instance: string,
  observing: Observing,
): AnyHandler {
  const begin = (request: unknown, context: Context): ObservedCall =>
    new ObservedCall(handler, endpoint, service, instance, observing, request, context);
  if (givesStream(endpoint.kind)) {
    return async function* (request, context) {
      yield* begin(request, context).stream();
    };
  }
  return (request, context) => begin(request, context).one();
}

/** One call on its way to a method. */
class ObservedCall {
  private readonly record: CallRecord;
  private readonly effects: readonly FaultEffect[];
  /** Delivers the call once more. */
  private again: (() => void) | null = null;

  constructor(
    private readonly handler: AnyHandler,
    endpoint: EndpointDefinition,
    service: ServiceDefinition,
    instance: string,
    private readonly observing: Observing,
    private readonly request: unknown,
    private readonly context: Context,
    faults: readonly FaultEffect[] | null = null,
  ) {
    const { calls, clock, changed } = observing;
    const { className } = service;
    const caller = callerOf(context) ?? "http";
    const isOne = !givesStream(endpoint.kind);
    const call = { service: className, endpoint: endpoint.property, instance, caller };
    const streamed = takesStream(endpoint.kind);
    this.record = calls.add(
      (order) =>
        new CallRecord({ ...call, order, at: clock.now(), isOne, context }, streamed ? null : request, changed),
    );
    this.effects = faults ?? observing.faults.for(call).filter(({ kind }) => kind !== "duplicate" || !streamed);
    for (const { kind } of this.effects) this.record.played(kind);
    if (faults !== null || !this.has("duplicate")) return;
    const delays = this.effects.filter(({ kind }) => kind === "delay");
    this.again = () => {
      const twin = new ObservedCall(handler, endpoint, service, instance, observing, request, context, delays);
      twin.record.played("duplicate");
      void twin.alone(isOne);
    };
  }

  async one(): Promise<unknown> {
    const { record } = this;
    try {
      await this.arrive();
      if (this.most === 0) throw lostError(record.path);
      const value = await (this.run() as Promise<unknown>);
      record.gave(value);
      if (this.most < Infinity) throw lostError(record.path);
      if (this.has("drop-answer")) await lost(this.context);
      record.finish("answered");
      return value;
    } catch (error) {
      record.finish(hasLeft(this.context) ? "left" : "failed", error);
      throw error;
    }
  }

  async *stream(): AsyncGenerator {
    const { record } = this;
    let isDone = false;
    try {
      await this.arrive();
      if (this.most === 0) throw lostError(record.path);
      for await (const item of byClock(this.run() as AsyncIterable<unknown>, this.observing.clock)) {
        record.gave(item);
        if (!this.has("drop-answer")) yield item;
        if (record.items.length >= this.most) throw lostError(record.path);
      }
      if (this.has("drop-answer")) await lost(this.context);
      isDone = true;
      record.finish("answered");
    } catch (error) {
      isDone = true;
      record.finish(hasLeft(this.context) ? "left" : "failed", error);
      throw error;
    } finally {
      if (!isDone) record.finish("left", this.context.signal.aborted ? this.context.signal.reason : null);
    }
  }

  /** The second delivery of a call: nobody hears of its answer. */
  private async alone(isOne: boolean): Promise<void> {
    try {
      if (isOne) await this.one();
      else for await (const _ of this.stream()) if (this.context.isKilled()) break;
    } catch {
      // Its record has the error.
    }
  }

  /** What happens before the method. */
  private async arrive(): Promise<void> {
    for (const effect of this.effects) {
      if (effect.kind === "delay") await sleepBy(this.observing.clock, effect.ms, this.context);
      if (effect.kind === "drop") await lost(this.context);
      if (effect.kind === "fail") throw effect.error(this.context.endpoint);
    }
  }

  private run(): unknown {
    const { request, record } = this;
    const seen = isAsyncIterable(request) ? watched(request, record) : request;
    const answer = runByClock(this.observing.clock, () => this.handler(seen, this.context));
    // After the first one has begun, so that that is the one which counts.
    this.again?.();
    return answer;
  }

  /** How many items its caller may get before its worker is lost. */
  private get most(): number {
    return this.effects.find((each) => each.kind === "break")?.after ?? Infinity;
  }

  private has(kind: FaultEffect["kind"]): boolean {
    return this.effects.some((each) => each.kind === kind);
  }
}

/** Whether the call was ended from outside. One that has its answer is over too, while a second delivery of it runs on. */
function hasLeft(context: Context): boolean {
  return context.isKilled() && context.isStopped();
}

async function* watched(requests: AsyncIterable<unknown>, record: CallRecord): AsyncGenerator {
  for await (const request of requests) {
    record.asked(request);
    yield request;
  }
}

/** The same items; what makes them runs by this clock, each time that it is asked. */
async function* byClock(source: AsyncIterable<unknown>, clock: Clock): AsyncGenerator {
  const items = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const result = await runByClock(clock, () => items.next());
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    await runByClock(clock, () => items.return?.());
  }
}

/** Never comes to an end, except that the call does. */
async function lost({ signal }: Context): Promise<never> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  return promise;
}
