/** Takes length-prefixed JSON messages out of the chunks of a socket. */
export class FrameReader<T> {
  #rest: Buffer | null = null;
  readonly #receive: (message: T) => void;

  constructor(receive: (message: T) => void) {
    this.#receive = receive;
  }

  /** Calls `receive` for each message that is complete; keeps the rest for the next chunk. */
  push(chunk: Buffer): void {
    const data = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const size = data.byteLength;
    let offset = 0;
    while (offset + 4 <= size) {
      const start = offset + 4;
      const end = start + view.getUint32(offset);
      if (end > size) break;
      this.#receive(JSON.parse(data.toString("utf8", start, end)) as T);
      offset = end;
    }
    // Copied: the socket may use its buffer again.
    this.#rest = offset === size ? null : Buffer.from(data.subarray(offset));
  }
}
