import type { Socket } from "bun";

const HEAD = 8;

/** A payload with its id, both ways on one socket: length and id of four bytes each in front, nothing of it copied twice. */
export class BytesChannel {
  readonly #socket: Socket<unknown>;
  readonly #receive: (id: number, bytes: Uint8Array) => void;
  /** What the socket did not take. */
  readonly #unsent: Uint8Array[] = [];
  readonly #head = Buffer.alloc(HEAD);
  #headSize = 0;
  #payload: Uint8Array | null = null;
  #filled = 0;

  constructor(socket: Socket<unknown>, receive: (id: number, bytes: Uint8Array) => void) {
    this.#socket = socket;
    this.#receive = receive;
  }

  send(id: number, bytes: Uint8Array): void {
    const head = Buffer.allocUnsafe(HEAD);
    head.writeUInt32BE(bytes.byteLength, 0);
    head.writeUInt32BE(id, 4);
    this.#unsent.push(head, bytes);
    this.drain();
  }

  /** The socket takes bytes again. */
  drain(): void {
    for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
      const written = this.#socket.write(next);
      if (written < 0) return; // Closed.
      if (written < next.byteLength) {
        this.#unsent[0] = next.subarray(written);
        return;
      }
      this.#unsent.shift();
    }
  }

  /** Takes what the socket gave; each payload is copied once, into memory of its own. */
  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.byteLength > 0)
      rest = this.#payload === null ? this.#readHead(rest) : this.#readPayload(rest, this.#payload);
  }

  #readHead(chunk: Uint8Array): Uint8Array {
    const taken = Math.min(HEAD - this.#headSize, chunk.byteLength);
    this.#head.set(chunk.subarray(0, taken), this.#headSize);
    this.#headSize += taken;
    if (this.#headSize === HEAD) {
      this.#payload = Buffer.allocUnsafeSlow(this.#head.readUInt32BE(0));
      this.#filled = 0;
      this.#deliver(this.#payload);
    }
    return chunk.subarray(taken);
  }

  #readPayload(chunk: Uint8Array, payload: Uint8Array): Uint8Array {
    const taken = Math.min(payload.byteLength - this.#filled, chunk.byteLength);
    payload.set(chunk.subarray(0, taken), this.#filled);
    this.#filled += taken;
    this.#deliver(payload);
    return chunk.subarray(taken);
  }

  /** Hands the payload over if it is complete. */
  #deliver(payload: Uint8Array): void {
    if (this.#filled < payload.byteLength) return;
    this.#payload = null;
    this.#headSize = 0;
    this.#receive(this.#head.readUInt32BE(4), payload);
  }
}
