import type { Context } from "@stator/runtime-native";

import { invalidArgument } from "../definition/invalid-argument.ts";

/** Something that an interceptor finds out about a call, and its method needs: it stays in this process. */
export interface ContextValue<T> {
  /** Keeps the value with the call. */
  set(context: Context, value: T): void;
  /** Undefined if nobody has set it. */
  get(context: Context): T | undefined;
  /** Throws `invalid_argument` if nobody has set it: the interceptor is missing. */
  require(context: Context): T;
}

/** A place for one kind of value: `const User = contextValue<{ name: string }>("User")`. The name is for messages. */
export function contextValue<T>(name: string): ContextValue<T> {
  const values = new WeakMap<Context, { readonly value: T }>();
  return {
    set: (context, value) => void values.set(context, { value }),
    get: (context) => values.get(context)?.value,
    require(context) {
      const found = values.get(context);
      if (found !== undefined) return found.value;
      throw invalidArgument(`${context.endpoint}: nobody has set ${name}; is its interceptor in place?`);
    },
  };
}
