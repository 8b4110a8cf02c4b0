import {
  type Attributes,
  context,
  type Context,
  isSpanContextValid,
  type Link,
  type Span,
  SpanKind,
  trace,
} from "@opentelemetry/api";
import type { StatorError } from "@stator/runtime-native";

import { ATTRIBUTE } from "./attribute.ts";
import { CallSpan } from "./call-span.ts";
import { tracer } from "./tracer.ts";

/** Time that a reader has to come for an answer that is all there, before the span ends without one. */
const UNREAD_MS = 10_000;

/** Why a call is made once more, or for the first time. */
export type AttemptReason = "first" | "retry" | "hedge" | "resume";

/** What the spans of all calls of an endpoint say. */
export interface CallTraceFacts {
  readonly path: string;
  readonly isStream: boolean;
  readonly attributes: Attributes;
}

/**
 * The span of a call that this process makes. A call that may be made several times has one for the whole, and one inside for
 * each attempt: then those are the calls of the network, and the whole is not.
 */
export class CallTrace extends CallSpan {
  private attempts = 0;
  private latest: Span | null = null;

  private constructor(
    span: Span,
    inside: Context,
    private readonly facts: CallTraceFacts,
    /** Whether it may be made several times. */
    private readonly isWhole: boolean,
    private readonly outer: CallTrace | null,
  ) {
    super(span, inside, "client", facts.isStream);
  }

  /** Null if nobody has registered an OpenTelemetry SDK. */
  static start(facts: CallTraceFacts, mayRepeat: boolean): CallTrace | null {
    const active = tracer();
    if (active === null) return null;
    const around = context.active();
    const { path, attributes } = facts;
    const kind = mayRepeat ? SpanKind.INTERNAL : SpanKind.CLIENT;
    const span = active.startSpan(path, { kind, attributes }, around);
    if (!isSpanContextValid(span.spanContext())) return null;
    return new CallTrace(span, trace.setSpan(around, span), facts, mayRepeat, null);
  }

  /** One attempt of a call that may have several, linked with the one before; null where the call itself is the attempt. */
  attempt(reason: AttemptReason): CallTrace | null {
    if (!this.isWhole || !this.span.isRecording()) return null;
    const active = tracer();
    if (active === null) return null;
    this.attempts += 1;
    const { path, attributes } = this.facts;
    const links: Link[] = this.latest === null ? [] : [{ context: this.latest.spanContext() }];
    const own = { ...attributes, [ATTRIBUTE.attempt]: this.attempts, [ATTRIBUTE.attemptReason]: reason };
    const span = active.startSpan(path, { kind: SpanKind.CLIENT, attributes: own, links }, this.inside);
    this.latest = span;
    return new CallTrace(span, trace.setSpan(this.inside, span), this.facts, false, this);
  }

  /** Notes who is called and who answers, as far as it is known. */
  describe(id: string, instanceId: bigint | null): void {
    if (!this.isOpen) return;
    if (id !== "") this.span.setAttribute(ATTRIBUTE.callId, id);
    if (instanceId !== null) this.span.setAttribute(ATTRIBUTE.instance, instanceId.toString());
  }

  /** Hears that the call is over, where that is needed: a stream may have nobody who reads it, and says so. */
  get onOver(): ((error: StatorError | null) => void) | undefined {
    return this.facts.isStream && this.span.isRecording() ? (error) => this.over(error) : undefined;
  }

  private over(error: StatorError | null): void {
    if (error?.code === "cancelled") {
      this.left();
      this.outer?.over(error);
    } else if (!this.isRead) {
      setTimeout(() => {
        if (!this.isRead) this.left();
      }, UNREAD_MS).unref();
    }
  }
}
