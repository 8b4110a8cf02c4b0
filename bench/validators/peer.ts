/** A library that checks unknown values of the two shapes. */
export interface ValidatorPeer {
  readonly order: Checks;
  readonly token: Checks;
}

/** What is measured. All of it tells u16 and u32 from other numbers, and refuses `NaN`, infinity and wrong enums. */
export interface Checks {
  /** Whether the value has the type as it stands. Text with lone surrogates has not. */
  readonly check: (value: unknown) => boolean;
  /** The same, where text may have lone surrogates. */
  readonly checkAnyText: (value: unknown) => boolean;
  /**
   * A new object without unknown keys and with defaults; the given one stays as it is. Throws when it does not fit.
   */
  readonly parse: (value: unknown) => unknown;
  /** An object without unknown keys and with defaults, from JSON text. */
  readonly decode: (text: string) => unknown;
}

/** The range of numbers that 32 bits can hold. */
export const F32_MAX = 3.4028234663852886e38;

/** For libraries whose `parse` makes a new object. */
export function copying(functions: Omit<Checks, "decode">): Checks {
  return { ...functions, decode: (text) => functions.parse(JSON.parse(text)) };
}

/**
 * For libraries that return, or change, the object that they are given. A copy by hand makes it a new one, at the least
 * cost that there is; what comes from JSON needs none.
 */
export function sharing(functions: Omit<Checks, "decode">): Checks {
  const { parse } = functions;
  return {
    ...functions,
    parse: (value) => parse(typeof value === "object" ? { ...value } : value),
    decode: (text) => parse(JSON.parse(text)),
  };
}

/** For libraries that answer with yes or no, and change the value that they are given. */
export function orThrow(check: (value: unknown) => boolean): (value: unknown) => unknown {
  return (value) => {
    if (!check(value)) throw new TypeError("the value does not fit");
    return value;
  };
}
