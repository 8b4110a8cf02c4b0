/**
 * Reads one msgpack value exactly: integers beyond 2^53 as `bigint`, bytes as `Uint8Array`, a map as an object, or as a
 * `Map` if one of its keys is no text. The core has checked that the bytes are one whole value, not nested too deep.
 *
 * Of the libraries for this, one cannot keep keys that are no text, and the other runs a script when it is installed.
 *
 * @throws Error for extension types, which nobody has agreed on.
 */
export function decodeMsgpack(bytes: Uint8Array): unknown {
  return new Reader(bytes).value();
}

const text = new TextDecoder();

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(): unknown {
    const head = this.#view.getUint8(this.#at++);
    if (head < 0x80) return head;
    if (head < 0x90) return this.#map(head & 0xf);
    if (head < 0xa0) return this.#list(head & 0xf);
    if (head < 0xc0) return this.#text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#take(this.#unsigned(1));
      case 0xc5:
        return this.#take(this.#unsigned(2));
      case 0xc6:
        return this.#take(this.#unsigned(4));
      case 0xca:
        return this.#view.getFloat32(this.#skip(4));
      case 0xcb:
        return this.#view.getFloat64(this.#skip(8));
      case 0xcc:
        return this.#unsigned(1);
      case 0xcd:
        return this.#unsigned(2);
      case 0xce:
        return this.#unsigned(4);
      case 0xcf:
        return exact(this.#view.getBigUint64(this.#skip(8)));
      case 0xd0:
        return this.#view.getInt8(this.#skip(1));
      case 0xd1:
        return this.#view.getInt16(this.#skip(2));
      case 0xd2:
        return this.#view.getInt32(this.#skip(4));
      case 0xd3:
        return exact(this.#view.getBigInt64(this.#skip(8)));
      case 0xd9:
        return this.#text(this.#unsigned(1));
      case 0xda:
        return this.#text(this.#unsigned(2));
      case 0xdb:
        return this.#text(this.#unsigned(4));
      case 0xdc:
        return this.#list(this.#unsigned(2));
      case 0xdd:
        return this.#list(this.#unsigned(4));
      case 0xde:
        return this.#map(this.#unsigned(2));
      case 0xdf:
        return this.#map(this.#unsigned(4));
      default:
        throw new Error(`msgpack: the type 0x${head.toString(16)} has no meaning here`);
    }
  }

  #list(length: number): unknown[] {
    const list: unknown[] = [];
    for (let index = 0; index < length; index++) list.push(this.value());
    return list;
  }

  #map(length: number): unknown {
    const entries: [unknown, unknown][] = [];
    let plain = true;
    for (let index = 0; index < length; index++) {
      const key = this.value();
      plain &&= typeof key === "string";
      entries.push([key, this.value()]);
    }
    // Not by assignment: a key may be `__proto__`.
    return plain ? Object.fromEntries(entries as [string, unknown][]) : new Map(entries);
  }

  #text(length: number): string {
    const from = this.#skip(length);
    return text.decode(this.#bytes.subarray(from, from + length));
  }

  /** A copy, so that it does not keep the whole value alive. */
  #take(length: number): Uint8Array {
    const from = this.#skip(length);
    return this.#bytes.slice(from, from + length);
  }

  #unsigned(width: 1 | 2 | 4): number {
    const from = this.#skip(width);
    if (width === 1) return this.#view.getUint8(from);
    return width === 2 ? this.#view.getUint16(from) : this.#view.getUint32(from);
  }

  #skip(length: number): number {
    const from = this.#at;
    this.#at += length;
    return from;
  }
}

/** As in JSON: a number where that is exact. */
function exact(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}
