import { type Invalid, mismatch } from "./failure.ts";

export function readBool(value: unknown): boolean | Invalid {
  return typeof value === "boolean" ? value : mismatch("a boolean", value);
}

/** Text without lone surrogates, which UTF-8 cannot carry. */
export function readString(value: unknown): string | Invalid {
  if (typeof value !== "string") return mismatch("a string", value);
  return value.isWellFormed() ? value : mismatch("a string without lone surrogates", value);
}

export function readChar(value: unknown): string | Invalid {
  if (typeof value !== "string" || value.length === 0 || value.length > 2 || !value.isWellFormed()) {
    return mismatch("a single character", value);
  }
  return value.length === 1 || (value.codePointAt(0) as number) > 0xffff
    ? value
    : mismatch("a single character", value);
}

export function readUnit(value: unknown): null | Invalid {
  return value === null ? null : mismatch("null", value);
}

export function readU8(value: unknown): number | Invalid {
  return typeof value === "number" && (value & 0xff) === value ? value : mismatch("u8", value);
}

export function readI8(value: unknown): number | Invalid {
  return typeof value === "number" && (value << 24) >> 24 === value ? value : mismatch("i8", value);
}

export function readU16(value: unknown): number | Invalid {
  return typeof value === "number" && (value & 0xffff) === value ? value : mismatch("u16", value);
}

export function readI16(value: unknown): number | Invalid {
  return typeof value === "number" && (value << 16) >> 16 === value ? value : mismatch("i16", value);
}

export function readU32(value: unknown): number | Invalid {
  return typeof value === "number" && value >>> 0 === value ? value : mismatch("u32", value);
}

export function readI32(value: unknown): number | Invalid {
  return typeof value === "number" && (value | 0) === value ? value : mismatch("i32", value);
}

/** A number, or a `bigint`: integers beyond 2^53 arrive as such. The result is the nearest number. */
export function readF64(value: unknown): number | Invalid {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : mismatch("a finite number", value);
}

export function readF32(value: unknown): number | Invalid {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(Math.fround(number))
    ? number
    : mismatch("a finite number of 32 bits", value);
}

const U64_MAX = 2n ** 64n - 1n;
const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;
const U128_MAX = 2n ** 128n - 1n;
const I128_MIN = -(2n ** 127n);
const I128_MAX = 2n ** 127n - 1n;

export function readU64(value: unknown): bigint | Invalid {
  if (typeof value === "number" && value >= 0 && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === "bigint" && value >= 0n && value <= U64_MAX ? value : mismatch(wide("u64", value), value);
}

export function readI64(value: unknown): bigint | Invalid {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === "bigint" && value >= I64_MIN && value <= I64_MAX
    ? value
    : mismatch(wide("i64", value), value);
}

export function readU128(value: unknown): bigint | Invalid {
  if (typeof value === "number" && value >= 0 && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === "bigint" && value >= 0n && value <= U128_MAX ? value : mismatch(wide("u128", value), value);
}

export function readI128(value: unknown): bigint | Invalid {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === "bigint" && value >= I128_MIN && value <= I128_MAX
    ? value
    : mismatch(wide("i128", value), value);
}

/** A wide integer that Rust promised to keep within 2^53 (`#[contract(integer = "number")]`). */
export function readSafeUnsigned(value: unknown): number | Invalid {
  return typeof value === "number" && value >= 0 && Number.isSafeInteger(value)
    ? value
    : mismatch("an integer from 0 to 2^53 - 1", value);
}

export function readSafeSigned(value: unknown): number | Invalid {
  return typeof value === "number" && Number.isSafeInteger(value)
    ? value
    : mismatch("an integer from -(2^53 - 1) to 2^53 - 1", value);
}

/** A wide integer as decimal text, in its shortest form (`#[contract(integer = "string")]`). */
export function readDecimal(value: unknown, min: bigint, max: bigint, name: string): string | Invalid {
  if (typeof value !== "string" || !/^(0|-?[1-9]\d{0,38})$/.test(value)) {
    return mismatch(`${name} as decimal text`, value);
  }
  const number = BigInt(value);
  return number >= min && number <= max ? value : mismatch(`${name} as decimal text`, value);
}

/** One value only. */
export function readLiteral<Value extends string | number | boolean>(value: unknown, only: Value): Value | Invalid {
  return value === only ? only : mismatch(JSON.stringify(only), value);
}

/** One of a few texts. */
export function readOneOf<Text extends string>(value: unknown, texts: ReadonlySet<Text>): Text | Invalid {
  if (texts.has(value as Text)) return value as Text;
  return mismatch(`one of ${[...texts].map((text) => JSON.stringify(text)).join(", ")}`, value);
}

function wide(name: string, value: unknown): string {
  return typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)
    ? `${name} as a bigint (a number is not exact beyond 2^53)`
    : name;
}
