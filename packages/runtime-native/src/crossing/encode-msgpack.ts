import { StatorError } from "../stator-error.ts";
import { isContractBytes } from "./contract-bytes.ts";

/** How deep a value may be nested: as deep as the core takes it. */
const MAX_DEPTH = 1_000;

/**
 * Writes one msgpack value, for values that JSON cannot hold: with a `Uint8Array` or a `Map` inside. Everything else as
 * in JSON: `toJSON` counts, keys whose value is `undefined` are left out.
 *
 * @throws StatorError `invalid_argument` with the path for what neither can hold.
 */
export function encodeMsgpack(value: unknown): Uint8Array {
  const writer = new Writer();
  writer.value(value, "", 0);
  return writer.finish();
}

const text = new TextEncoder();

class Writer {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  value(value: unknown, path: string, depth: number): void {
    switch (typeof value) {
      case "string":
        return this.#text(value, path);
      case "number":
        return this.#number(value, path);
      case "bigint":
        return this.#bigint(value, path);
      case "boolean":
        return this.#byte(value ? 0xc3 : 0xc2);
      case "object":
        return value === null ? this.#byte(0xc0) : this.#object(value, path, depth);
      default:
        return refuse(path, `is ${typeof value}`);
    }
  }

  #object(value: object, path: string, depth: number): void {
    if (depth >= MAX_DEPTH) return refuse("", `is nested deeper than ${MAX_DEPTH} levels, or contains itself`);
    if (isContractBytes(value)) return this.#text(value.toJSON(), path);
    if (value instanceof Uint8Array) return this.#binary(value);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Set) {
      return refuse(path, `is a ${value.constructor.name}; send a Uint8Array of its bytes, or a list`);
    }
    if (value instanceof Map) {
      this.#head(0x80, 0xde, value.size);
      for (const [key, part] of value) {
        this.value(key, `${path}.(a key)`, depth + 1);
        this.value(part, `${path}.(${String(key)})`, depth + 1);
      }
    } else if (Array.isArray(value)) {
      this.#head(0x90, 0xdc, value.length);
      for (let index = 0; index < value.length; index++) this.value(value[index], `${path}[${index}]`, depth + 1);
    } else if ("toJSON" in value && typeof value.toJSON === "function") {
      this.value(value.toJSON(""), path, depth + 1);
    } else {
      const entries = Object.entries(value).filter(([, part]) => part !== undefined && typeof part !== "function");
      this.#head(0x80, 0xde, entries.length);
      for (const [key, part] of entries) {
        this.#text(key, path);
        this.value(part, path === "" ? key : `${path}.${key}`, depth + 1);
      }
    }
  }

  #number(value: number, path: string): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return this.#bigint(BigInt(value), path);
    if (!Number.isFinite(value)) return refuse(path, `is ${value}, which JSON cannot hold`);
    this.#byte(0xcb);
    const at = this.#room(8);
    this.#view.setFloat64(at, value);
  }

  #bigint(value: bigint, path: string): void {
    if (value >= 0n && value < 0x80n) return this.#byte(Number(value));
    if (value >= 0n && value < 1n << 64n) {
      this.#byte(0xcf);
      const at = this.#room(8);
      this.#view.setBigUint64(at, value);
    } else if (value < 0n && value >= -(1n << 63n)) {
      this.#byte(0xd3);
      const at = this.#room(8);
      this.#view.setBigInt64(at, value);
    } else {
      refuse(path, "is an integer of more than 64 bits; send it as text");
    }
  }

  #text(value: string, path: string): void {
    if (!value.isWellFormed()) return refuse(path, "has a lone surrogate, which cannot be written as UTF-8");
    const bytes = text.encode(value);
    this.#byte(0xdb);
    const at = this.#room(4);
    this.#view.setUint32(at, bytes.length);
    this.#append(bytes);
  }

  #binary(value: Uint8Array): void {
    this.#byte(0xc6);
    const at = this.#room(4);
    this.#view.setUint32(at, value.length);
    this.#append(value);
  }

  /** The head of a list or a map: short, or with a count of 4 bytes. */
  #head(short: number, long: number, count: number): void {
    if (count < 16) return this.#byte(short | count);
    this.#byte(long + 1);
    const at = this.#room(4);
    this.#view.setUint32(at, count);
  }

  #byte(byte: number): void {
    const at = this.#room(1);
    this.#bytes[at] = byte;
  }

  #append(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Makes room for `length` bytes more; returns where they go. */
  #room(length: number): number {
    const at = this.#end;
    this.#end = at + length;
    if (this.#end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#end));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

function refuse(path: string, what: string): never {
  throw new StatorError("invalid_argument", `${path === "" ? "the value" : path} ${what}`);
}
