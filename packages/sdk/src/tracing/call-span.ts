import { context, type Context, type Span } from "@opentelemetry/api";

import { ATTRIBUTE, FIRST_ITEM } from "./attribute.ts";
import { recordFailure, type SpanSide } from "./span-outcome.ts";

/** The span of a call, or of a part of one, until it ends: once, whoever says so first. */
export class CallSpan {
  private items = 0;
  private isOver = false;
  /** Somebody reads the answer, and will say how it ends. */
  isRead = false;

  constructor(
    readonly span: Span,
    /** With the span in it. */
    readonly inside: Context,
    private readonly side: SpanSide,
    /** Whether what passes are the items of a stream. */
    private readonly isStream: boolean,
  ) {}

  /** Runs `body` with the span active: what it calls, and logs, belongs to the call. */
  run<T>(body: () => T): T {
    return context.with(this.inside, body);
  }

  /** So many items of a stream pass. */
  item(count = 1): void {
    const isFirst = this.items === 0;
    this.items += count;
    if (isFirst && this.isStream) this.span.addEvent(FIRST_ITEM);
  }

  get isOpen(): boolean {
    return !this.isOver;
  }

  ended(): void {
    this.finish();
  }

  failed(error: unknown): void {
    if (!this.isOver) recordFailure(this.span, error, this.side);
    this.finish();
  }

  /** The reader has left before the end. */
  left(): void {
    if (!this.isOver) this.span.setAttribute(ATTRIBUTE.left, true);
    this.finish();
  }

  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.isStream) this.span.setAttribute(ATTRIBUTE.items, this.items);
    this.span.end();
  }
}
