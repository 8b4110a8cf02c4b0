import type { Context } from "../serving/context.ts";
import { ServedContext } from "../serving/served-context.ts";

/** The name of the test bed that a call comes from; null for a call from elsewhere. */
export function callerOf(context: Context): string | null {
  return context instanceof ServedContext ? context.caller : null;
}
