import { AsyncLocalStorage } from "node:async_hooks";
import type { Context } from "./context.ts";
import type { ServedContext } from "./served-context.ts";

/** The call that the running code serves. */
export const contextStorage = new AsyncLocalStorage<ServedContext>();

/** @internal */
export function servedContext(): ServedContext | undefined {
  return contextStorage.getStore();
}

/** The context of the call that the running code serves; `undefined` outside of handlers. */
export function currentContext(): Context | undefined {
  return contextStorage.getStore();
}
