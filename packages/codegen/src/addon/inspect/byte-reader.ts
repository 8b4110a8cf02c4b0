/** Reads numbers and names of a little-endian file. Whatever lies outside of it is a RangeError. */
export class ByteReader {
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  /** An offset or an address, which is below 2^53 in every real file. */
  u64(at: number): number {
    return Number(this.#view.getBigUint64(at, true));
  }

  /** The text up to the next zero byte. */
  text(at: number): string {
    const end = this.bytes.indexOf(0, at);
    if (at < 0 || at >= this.bytes.length || end === -1) throw new RangeError(`no text ends after ${at}`);
    return new TextDecoder().decode(this.bytes.subarray(at, end));
  }
}
