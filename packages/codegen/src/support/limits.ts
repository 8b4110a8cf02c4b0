import { Measure, mismatch } from "./failure.ts";

/** Whether a text has so many bytes in UTF-8. Notes the failure if not. */
export function hasBytes(text: string, min: number, max: number): boolean {
  const units = text.length;
  // Each UTF-16 unit is one to three bytes, so most texts need no counting.
  if (units >= min && units * 3 <= max) return true;
  const bytes = utf8Length(text);
  if (bytes >= min && bytes <= max) return true;
  mismatch(range(min, max, "bytes of UTF-8"), new Measure(String(bytes)));
  return false;
}

/**
 * Whether a text has so many characters: at least `min` UTF-16 units, at most `max` code points, because services count
 * one or the other. Notes the failure if not.
 */
export function hasChars(text: string, min: number, max: number): boolean {
  const units = text.length;
  if (units >= min && (units <= max || codePoints(text) <= max)) return true;
  mismatch(range(min, max, "characters"), new Measure(String(units < min ? units : codePoints(text))));
  return false;
}

/** Whether a list has so many items. Notes the failure if not. */
export function hasItems(list: readonly unknown[], min: number, max: number): boolean {
  if (list.length >= min && list.length <= max) return true;
  mismatch(range(min, max, "items"), new Measure(String(list.length)));
  return false;
}

/** Whether a map has so many entries. Notes the failure if not. */
export function hasEntries(map: object, min: number, max: number): boolean {
  const count = Object.keys(map).length;
  if (count >= min && count <= max) return true;
  mismatch(range(min, max, "entries"), new Measure(String(count)));
  return false;
}

/** Whether a number lies within limits, both inclusive. Notes the failure if not. */
export function isWithin<N extends number | bigint>(number: N, min: N | null, max: N | null): boolean {
  if ((min === null || number >= min) && (max === null || number <= max)) return true;
  mismatch(bounds(min, max), number);
  return false;
}

/** The same for numbers of 32 bits: Rust holds them rounded, and so are the limits. */
export function isWithin32(number: number, min: number | null, max: number | null): boolean {
  const held = Math.fround(number);
  if ((min === null || held >= Math.fround(min)) && (max === null || held <= Math.fround(max))) return true;
  mismatch(bounds(min, max), shortest(held));
  return false;
}

/** The number with the fewest digits that 32 bits hold as this one, as Rust shows it. */
function shortest(held: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(held.toPrecision(digits));
    if (Math.fround(short) === held) return short;
  }
  return Number(held.toPrecision(9));
}

function bounds(min: number | bigint | null, max: number | bigint | null): string {
  if (min === null) return `at most ${max}`;
  return max === null ? `at least ${min}` : `${min} to ${max}`;
}

function range(min: number, max: number, of: string): string {
  if (min === max) return `${min} ${of}`;
  if (max === Infinity) return `at least ${min} ${of}`;
  return min === 0 ? `at most ${max} ${of}` : `${min} to ${max} ${of}`;
}

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) {
      // A surrogate pair is two units and four bytes.
      bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
    }
  }
  return bytes;
}

function codePoints(text: string): number {
  let points = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // Texts have no lone surrogates, so the second half of each pair is the only one to count off.
    if (unit >= 0xdc00 && unit <= 0xdfff) points--;
  }
  return points;
}
