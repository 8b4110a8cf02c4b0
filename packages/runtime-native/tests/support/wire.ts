/** The wire by hand, as docs/wire.md says, without the code under test. */

export const KIND = { open: 1, data: 2, error: 3, cancel: 4, credit: 5, ping: 6, pong: 7, goAway: 8 } as const;

export const FLAG = { endMessage: 1, endStream: 2, bytes: 4, refused: 1 } as const;

/** A whole message that is also the last one. */
export const ONLY = FLAG.endMessage | FLAG.endStream;

export interface Frame {
  readonly kind: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(kind: number, flags: number, stream: number, payload: string | Uint8Array): Buffer {
  const body = Buffer.from(payload as Uint8Array);
  const header = Buffer.alloc(8);
  header.writeUInt8(kind, 0);
  header.writeUInt8(flags, 1);
  header.writeUInt16BE(body.length, 2);
  header.writeUInt32BE(stream, 4);
  return Buffer.concat([header, body]);
}

export function preface(): Buffer {
  const hello = Buffer.from(JSON.stringify({ agent: "by-hand/1", window: 262_144, maxMessage: 33_554_432 }));
  const fixed = Buffer.alloc(16);
  fixed.write("\u00ff\u00ffSTATOR", "latin1");
  fixed.writeUInt16BE(1, 8);
  fixed.writeUInt16BE(1, 10);
  fixed.writeUInt32BE(hello.length, 12);
  return Buffer.concat([fixed, hello]);
}

/** The payload of an open frame without deadline and metadata. */
export function openPayload(path: string, requestStream = false): Buffer {
  const name = Buffer.from(path);
  const payload = Buffer.alloc(11 + name.length);
  payload.writeUInt8(requestStream ? 1 : 0, 0);
  payload.writeUInt16BE(name.length, 5);
  name.copy(payload, 7);
  return payload;
}

/** The path that an open frame asks for. */
export function pathOf(open: Buffer): string {
  return open.subarray(7, 7 + open.readUInt16BE(5)).toString();
}

/** The caller's contract that an open frame without metadata names, as hex; empty for none. */
export function contractOf(open: Buffer): string {
  const id = 7 + open.readUInt16BE(5);
  const end = id + 2 + open.readUInt16BE(id) + 2;
  return (open.readUInt8(0) & 2) === 0 ? "" : open.subarray(end, end + 16).toString("hex");
}

/** Cuts what a socket receives into the preface and frames. */
export class FrameReader {
  #rest = Buffer.alloc(0);
  #greeted = false;

  /** Frames that are complete now. */
  push(bytes: Uint8Array): Frame[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames: Frame[] = [];
    for (;;) {
      const length = this.#length();
      if (length === null || this.#rest.length < length) return frames;
      const whole = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      if (!this.#greeted) {
        this.#greeted = true;
        continue;
      }
      const [kind, flags, stream] = [whole.readUInt8(0), whole.readUInt8(1), whole.readUInt32BE(4)];
      frames.push({ kind, flags, stream, payload: Buffer.from(whole.subarray(8)) });
    }
  }

  get greeted(): boolean {
    return this.#greeted;
  }

  #length(): number | null {
    if (!this.#greeted) return this.#rest.length < 16 ? null : 16 + this.#rest.readUInt32BE(12);
    return this.#rest.length < 8 ? null : 8 + this.#rest.readUInt16BE(2);
  }
}
