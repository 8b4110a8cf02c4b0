/** What a reader returns instead of a value that does not fit. The reason is kept until {@link takeIssue}. */
export const INVALID: unique symbol = Symbol("invalid");
export type Invalid = typeof INVALID;

/** Why a value does not fit. */
export interface Issue {
  /** With the path: `words[3].text: expected u32, got -1`. */
  readonly message: string;
  readonly path: ReadonlyArray<string | number>;
}

// Readers are synchronous and stop at the first failure, so one place is enough. A path is put together only when a
// value fails, from the inside out.
let expectation = "";
let found: unknown;
let path: Array<string | number> = [];

/** Notes that a value is not what was expected. */
export function mismatch(expected: string, got: unknown): Invalid {
  expectation = expected;
  found = got;
  if (path.length > 0) path = [];
  return INVALID;
}

/** Notes the key or the index that the failed value stands under. `_noted` is what has noted the failure itself. */
export function inside(key: string | number, _noted?: unknown): Invalid {
  path.push(key);
  return INVALID;
}

/** The reason of the last failure. */
export function takeIssue(): Issue {
  const keys = path.toReversed();
  const where = keys.map(segment).join("").replace(/^\./, "");
  const what = `expected ${expectation}, got ${describe(found)}`;
  found = undefined;
  path = [];
  return { message: where === "" ? what : `${where}: ${what}`, path: keys };
}

function segment(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** A value in a few words; long text is cut. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
    case "bigint":
      return `${value}n`;
    case "undefined":
      return "nothing";
    case "object":
      if (value === null) return "null";
      if (value instanceof Measure) return value.text;
      if (Array.isArray(value)) return `a list of ${value.length}`;
      return `an object${ofClass(value)}`;
    case "function":
      return "a function";
    default:
      return String(value);
  }
}

/** Data may have a key "constructor" of its own, so it is the prototype that is asked. */
function ofClass(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  const name = prototype?.constructor?.name;
  return typeof name !== "string" || name === "Object" ? "" : ` of class ${name}`;
}

/** A length or a depth in place of the value that has it. */
export class Measure {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
