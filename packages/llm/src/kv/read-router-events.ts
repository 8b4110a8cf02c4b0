import { RouterEvent } from "../generated/index.ts";

/** The events of a message or of an answer, one or a list of them; null if something in it is none. */
export function readRouterEvents(value: unknown): RouterEvent[] | null {
  const events: RouterEvent[] = [];
  for (const each of Array.isArray(value) ? value : [value]) {
    const result = RouterEvent["~standard"].validate(each);
    if (result instanceof Promise || result.issues !== undefined) return null;
    events.push(result.value);
  }
  return events;
}
