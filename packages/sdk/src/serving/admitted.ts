import type { Handler } from "@stator/runtime-native";

import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import { givesStream } from "../definition/endpoint-kind.ts";
import type { Admission } from "./admission.ts";
import { notRefused } from "./refusal.ts";

/** Lets a call through when there is a place for it, and holds the place until the call has ended. */
export function admitted(
  handler: Handler<unknown, unknown>,
  endpoint: EndpointDefinition,
  admission: Admission,
): Handler<unknown, unknown> {
  if (givesStream(endpoint.kind)) {
    return async function* (request, context) {
      const place = await admission.enter(context);
      try {
        yield* handler(request, context) as AsyncIterable<unknown>;
      } catch (error) {
        throw notRefused(error, context.endpoint);
      } finally {
        place[Symbol.dispose]();
      }
    };
  }
  return async (request, context) => {
    const place = await admission.enter(context);
    try {
      return await (handler(request, context) as Promise<unknown>);
    } catch (error) {
      throw notRefused(error, context.endpoint);
    } finally {
      place[Symbol.dispose]();
    }
  };
}
