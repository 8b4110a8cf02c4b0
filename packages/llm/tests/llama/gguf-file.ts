/** A value of a GGUF file's metadata: what kind it is decides how it is written. */
export type GgufValue =
  | { readonly u32: number }
  | { readonly f32: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly i32s: readonly number[] };

/** A tensor of 32-bit floats; the first dimension is the one whose numbers stand side by side. */
export interface GgufTensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly values: Float32Array;
}

const TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, text: 8, list: 9 } as const;
const ALIGNMENT = 32;

/** The bytes of a GGUF file of version 3. */
export function ggufFile(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Uint8Array<ArrayBuffer> {
  const out = new Bytes();
  out.raw(new TextEncoder().encode("GGUF"));
  out.u32(3);
  out.u64(tensors.length);
  out.u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    out.text(key);
    writeValue(out, value);
  }
  let offset = 0;
  for (const { name, dimensions, values } of tensors) {
    out.text(name);
    out.u32(dimensions.length);
    for (const dimension of dimensions) out.u64(dimension);
    out.u32(0);
    out.u64(offset);
    offset += aligned(values.byteLength);
  }
  out.align();
  for (const { values } of tensors) {
    out.raw(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    out.align();
  }
  return out.whole();
}

function writeValue(out: Bytes, value: GgufValue): void {
  if ("u32" in value) {
    out.u32(TYPES.u32);
    out.u32(value.u32);
  } else if ("f32" in value) {
    out.u32(TYPES.f32);
    out.raw(new Uint8Array(Float32Array.of(value.f32).buffer));
  } else if ("bool" in value) {
    out.u32(TYPES.bool);
    out.raw(Uint8Array.of(value.bool ? 1 : 0));
  } else if ("text" in value) {
    out.u32(TYPES.text);
    out.text(value.text);
  } else if ("texts" in value) {
    out.u32(TYPES.list);
    out.u32(TYPES.text);
    out.u64(value.texts.length);
    for (const text of value.texts) out.text(text);
  } else {
    out.u32(TYPES.list);
    out.u32(TYPES.i32);
    out.u64(value.i32s.length);
    out.raw(new Uint8Array(Int32Array.from(value.i32s).buffer));
  }
}

class Bytes {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  raw(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  u32(value: number): void {
    this.raw(new Uint8Array(Uint32Array.of(value).buffer));
  }

  u64(value: number): void {
    this.raw(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u64(bytes.length);
    this.raw(bytes);
  }

  align(): void {
    this.raw(new Uint8Array(aligned(this.#length) - this.#length));
  }

  whole(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
