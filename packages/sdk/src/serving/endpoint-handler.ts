import type { Clock, Context, Handler } from "@stator/runtime-native";

import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import { givesStream } from "../definition/endpoint-kind.ts";
import type { ServerInterceptor } from "../interceptor/interceptor.ts";
import { tracedMethod } from "../tracing/phase.ts";
import type { Admission } from "./admission.ts";
import { admitted } from "./admitted.ts";
import { checkedMethod } from "./checked-method.ts";
import { intercepted } from "./intercepted.ts";
import { limited, TimeLimit } from "./time-limit.ts";

/** What stands around an endpoint's method. */
export interface Surroundings {
  readonly namespace: string;
  readonly component: string;
  /** Outermost first. */
  readonly interceptors: readonly ServerInterceptor[];
  readonly admission: Admission;
  readonly clock: Clock;
}

/**
 * The endpoint's method of this service object with all that stands around it, outermost first: its time limit, the
 * interceptors, the place that it needs, the checks.
 */
export function endpointHandler(
  instance: object,
  endpoint: EndpointDefinition,
  surroundings: Surroundings,
): Handler<unknown, unknown> {
  const { interceptors, admission, clock } = surroundings;
  let handler = checkedMethod(instance, endpoint);
  // With nothing around it the span of the call says all that there is to say.
  if (!admission.isOpen || interceptors.length > 0) handler = tracedMethod(handler);
  if (!admission.isOpen) handler = admitted(handler, endpoint, admission);
  if (interceptors.length > 0) handler = intercepted(handler, endpoint, surroundings);
  return endpoint.timeoutMs === null ? handler : timed(handler, endpoint, endpoint.timeoutMs, clock);
}

function timed(
  handler: Handler<unknown, unknown>,
  endpoint: EndpointDefinition,
  timeoutMs: number,
  clock: Clock,
): Handler<unknown, unknown> {
  if (givesStream(endpoint.kind)) {
    return (request, context) => {
      const source = handler(request, context) as AsyncGenerator;
      const limit = TimeLimit.for(context, timeoutMs, clock);
      return limit === null ? source : limited(source, limit);
    };
  }
  return (request: unknown, context: Context) => {
    const limit = TimeLimit.for(context, timeoutMs, clock);
    // Where the caller's own deadline comes first there is nothing to watch, and no step to take.
    return limit === null ? handler(request, context) : bounded(limit, () => handler(request, context));
  };
}

async function bounded(limit: TimeLimit, start: () => ReturnType<Handler<unknown, unknown>>): Promise<unknown> {
  try {
    return await limit.bound(start() as Promise<unknown>);
  } finally {
    limit[Symbol.dispose]();
  }
}
