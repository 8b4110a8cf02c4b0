/** A library that checks unknown values. Each function returns the value, or throws when it does not fit. */
export interface ValidatorPeer {
  readonly order: (value: unknown) => unknown;
  readonly token: (value: unknown) => unknown;
}

/** For libraries that answer with yes or no and leave the value as it is. */
export function orThrow(check: (value: unknown) => boolean): (value: unknown) => unknown {
  return (value) => {
    if (!check(value)) throw new TypeError("the value does not fit");
    return value;
  };
}
