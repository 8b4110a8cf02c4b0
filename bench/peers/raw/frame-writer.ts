import type { Socket } from "bun";

/** Above this many unsent bytes a writer of a stream waits. */
const HIGH_WATER = 256 * 1024;
/** A batch of this size is written without waiting for the end of the turn. */
const BATCH = 64 * 1024;

/** Collects length-prefixed JSON messages and writes those of one turn at once. */
export class FrameWriter {
  readonly #socket: Socket<unknown>;
  #buffer: Buffer = Buffer.allocUnsafe(2 * HIGH_WATER);
  /** Unsent bytes are those from `#start` to `#end`. */
  #start = 0;
  #end = 0;
  #scheduled = false;
  #blocked = false;
  #drained: PromiseWithResolvers<void> | null = null;

  constructor(socket: Socket<unknown>) {
    this.#socket = socket;
  }

  /**
   * Adds a message to the batch. It leaves with everything of this microtask queue, or of this whole turn:
   * a generator yields again from a microtask, so a batch of its items ends only with the turn.
   */
  push(message: unknown, batch: "microtasks" | "turn" = "microtasks"): void {
    const json = JSON.stringify(message);
    this.#reserve(4 + json.length * 3);
    const length = this.#buffer.write(json, this.#end + 4);
    this.#buffer.writeUInt32BE(length, this.#end);
    this.#end += 4 + length;
    if (this.#blocked) return;
    if (this.#end - this.#start >= BATCH) this.#flush();
    else this.#schedule(batch);
  }

  /** Null while there is room for more; else a promise for the moment when there is. */
  room(): Promise<void> | null {
    if (this.#end - this.#start < HIGH_WATER) return null;
    this.#drained ??= Promise.withResolvers<void>();
    return this.#drained.promise;
  }

  /** The socket takes bytes again. */
  drain(): void {
    this.#blocked = false;
    this.#flush();
  }

  #schedule(batch: "microtasks" | "turn"): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const flush = () => {
      this.#scheduled = false;
      if (!this.#blocked) this.#flush();
    };
    if (batch === "turn") setImmediate(flush);
    else queueMicrotask(flush);
  }

  #flush(): void {
    if (this.#start < this.#end) {
      const written = this.#socket.write(this.#buffer, this.#start, this.#end - this.#start);
      if (written < 0) return; // Closed.
      this.#start += written;
    }
    if (this.#start === this.#end) this.#start = this.#end = 0;
    else this.#blocked = true;
    if (this.#drained !== null && this.#end - this.#start < HIGH_WATER) {
      this.#drained.resolve();
      this.#drained = null;
    }
  }

  /** Makes room for `bytes` more behind `#end`. */
  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.byteLength) return;
    const unsent = this.#end - this.#start;
    const target = unsent + bytes > this.#buffer.byteLength ? Buffer.allocUnsafe(2 * (unsent + bytes)) : this.#buffer;
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#buffer = target;
    this.#start = 0;
    this.#end = unsent;
  }
}
