/** Text that waits for its reader, at most, before the source is made to wait. In characters. */
const MOST_WAITING = 65_536;

/** What an answer in events is made of, and who hears what becomes of it. */
export interface EventSource<Item> {
  readonly items: AsyncIterator<Item>;
  /** An item as an event; empty for one that is not sent. */
  event(item: Item): string;
  /** The last event of an answer that has failed. */
  failure(error: unknown): string;
  /** Time after which a reader that does not read is given up, in milliseconds. */
  readonly stallMs: number;
  /** Once: complete, failed (the error), or left by its reader (null). */
  over(end: { readonly error: unknown } | "complete" | "left"): void;
}

/** The last event of an answer that is complete. */
const DONE = "data: [DONE]\n\n";

/**
 * The events of an answer whose first item is there. Items that come at once, as those of one batch do, leave in one write. A
 * reader that is slow makes the source wait.
 */
export class EventStream<Item> {
  private readonly encoder = new TextEncoder();
  private text = "";
  private isOver = false;
  private hasLeft = false;
  /** Wakes the reader. */
  private arrived: (() => void) | null = null;
  /** Wakes the source. */
  private room: (() => void) | null = null;

  private constructor(private readonly source: EventSource<Item>) {}

  /** Begins with the result of the first `next()`. */
  static body<Item>(first: IteratorResult<Item>, source: EventSource<Item>): ReadableStream<Uint8Array> {
    const events = new EventStream(source);
    void events.read(first);
    return new ReadableStream<Uint8Array>(
      { pull: (controller) => events.pull(controller), cancel: () => events.leave() },
      { highWaterMark: 0 },
    );
  }

  private async read(first: IteratorResult<Item>): Promise<void> {
    const { items } = this.source;
    try {
      let result = first;
      while (result.done !== true) {
        this.add(this.source.event(result.value));
        if (this.text.length > MOST_WAITING) await this.readerTakes();
        if (this.hasLeft) return;
        result = await items.next();
      }
      if (this.hasLeft) return;
      this.add(DONE);
      this.end("complete");
    } catch (error) {
      if (this.hasLeft) return;
      this.add(this.source.failure(error));
      this.end({ error });
    }
  }

  private add(text: string): void {
    if (text === "") return;
    this.text += text;
    this.wakeReader();
  }

  private end(end: Parameters<EventSource<Item>["over"]>[0]): void {
    if (this.isOver) return;
    this.isOver = true;
    this.source.over(end);
    this.wakeReader();
  }

  private wakeReader(): void {
    this.arrived?.();
    this.arrived = null;
  }

  private async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.text === "" && !this.isOver) await new Promise<void>((resolve) => (this.arrived = resolve));
    // The rest of the batch is behind it.
    if (!this.isOver) await new Promise(setImmediate);
    const { text } = this;
    this.text = "";
    if (text !== "") controller.enqueue(this.encoder.encode(text));
    this.room?.();
    this.room = null;
    if (this.isOver && this.text === "") controller.close();
  }

  private async readerTakes(): Promise<void> {
    const stalled = setTimeout(() => this.leave(), this.source.stallMs);
    try {
      await new Promise<void>((resolve) => (this.room = resolve));
    } finally {
      clearTimeout(stalled);
    }
  }

  /** Ends the source without waiting for it. */
  private leave(): void {
    if (this.isOver) return;
    this.hasLeft = true;
    this.text = "";
    this.end("left");
    this.room?.();
    this.room = null;
    this.source.items.return?.().catch(() => undefined);
  }
}

/** What the answer says of itself beside its events. */
export const EVENT_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  "x-accel-buffering": "no",
} as const;
