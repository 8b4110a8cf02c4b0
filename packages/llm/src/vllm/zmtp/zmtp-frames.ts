import { StatorError } from "@stator/sdk";

/** One frame as ZMTP 3 has it on the wire. */
export interface ZmtpFrame {
  /** Whether the message goes on in the next frame. */
  readonly more: boolean;
  /** Whether it belongs to the protocol itself. */
  readonly command: boolean;
  readonly body: Uint8Array;
}

const MORE = 1;
const LONG = 2;
const COMMAND = 4;

/** A frame as bytes. */
export function encodeFrame({ more, command, body }: ZmtpFrame): Uint8Array {
  const long = body.length > 255;
  const flags = (more ? MORE : 0) | (long ? LONG : 0) | (command ? COMMAND : 0);
  const head = long ? 9 : 2;
  const bytes = new Uint8Array(head + body.length);
  bytes[0] = flags;
  if (long) new DataView(bytes.buffer).setBigUint64(1, BigInt(body.length));
  else bytes[1] = body.length;
  bytes.set(body, head);
  return bytes;
}

/** Takes bytes in any pieces and gives what they hold. */
export class ZmtpReader {
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(
    /** Longest frame that is taken, in bytes: a peer's word for a length is not trusted. */
    private readonly longest: number,
  ) {}

  push(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** So many bytes; null until they are there. */
  take(count: number): Uint8Array | null {
    if (this.#length < count) return null;
    const whole = this.#whole();
    this.#pieces = whole.length === count ? [] : [whole.subarray(count)];
    this.#length -= count;
    return whole.subarray(0, count);
  }

  /**
   * The next frame; null until it is there.
   *
   * @throws StatorError `protocol` for what is no frame, or is too long.
   */
  frame(): ZmtpFrame | null {
    if (this.#length < 2) return null;
    const head = this.#beginning(9);
    const flags = head[0] ?? 0;
    if ((flags & ~(MORE | LONG | COMMAND)) !== 0) throw new StatorError("protocol", "ZeroMQ: that is no frame.");
    const isLong = (flags & LONG) !== 0;
    const headLength = isLong ? 9 : 2;
    if (head.length < headLength) return null;
    const size = isLong ? new DataView(head.buffer, head.byteOffset).getBigUint64(1) : BigInt(head[1] ?? 0);
    if (size > BigInt(this.longest)) throw new StatorError("protocol", `ZeroMQ: a frame of ${size} bytes is too long.`);
    const bytes = this.take(headLength + Number(size));
    if (bytes === null) return null;
    return { more: (flags & MORE) !== 0, command: (flags & COMMAND) !== 0, body: bytes.subarray(headLength) };
  }

  /** The first bytes, as many as there are of `count`. Large frames that come in many pieces are not joined for it each time. */
  #beginning(count: number): Uint8Array {
    const [first] = this.#pieces;
    if (first !== undefined && (first.length >= count || this.#pieces.length === 1)) return first.subarray(0, count);
    return this.#whole().subarray(0, count);
  }

  #whole(): Uint8Array {
    const [first] = this.#pieces;
    if (first !== undefined && this.#pieces.length === 1) return first;
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [whole];
    return whole;
  }
}
