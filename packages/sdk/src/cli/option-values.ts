import { UsageError } from "./usage-error.ts";

/** Reads an option that may stand once, and not empty. */
export function once<T>(flag: string, read: (value: string) => T): (value: string, previous: T | undefined) => T {
  return (value, previous) => {
    if (previous !== undefined) throw new UsageError(`${flag} is given twice.`);
    if (value === "") throw new UsageError(`${flag} needs a value.`);
    return read(value);
  };
}

/** Reads an option that may stand several times. */
export function several(flag: string): (value: string, previous: string[] | undefined) => string[] {
  return (value, previous = []) => {
    if (value === "") throw new UsageError(`${flag} needs a value.`);
    return [...previous, value];
  };
}

/** Text as it is. */
export function asText(value: string): string {
  return value;
}

/** One of a few words. */
export function oneOf(flag: string, words: readonly string[]): (value: string) => string {
  return (value) => {
    if (words.includes(value)) return value;
    throw new UsageError(`${flag}: "${value}" is not one of ${words.join(", ")}.`);
  };
}

/** A whole number within limits. */
export function whole(flag: string, min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new UsageError(`${flag}: "${value}" is not a whole number from ${min} to ${max}.`);
  };
}
