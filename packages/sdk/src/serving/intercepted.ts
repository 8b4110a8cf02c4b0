import { type Context, type Handler, StatorError } from "@stator/runtime-native";

import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import { givesStream, takesStream } from "../definition/endpoint-kind.ts";
import type { CallData } from "../interceptor/call-data.ts";
import type { ServerCall } from "../interceptor/intercepted-call.ts";
import { compose, type ServerInterceptor } from "../interceptor/interceptor.ts";
import { httpRequestOf } from "./http-request.ts";

interface Place {
  readonly namespace: string;
  readonly component: string;
  /** Outermost first. */
  readonly interceptors: readonly ServerInterceptor[];
}

/** Sends each call through the interceptors, and from there to `handler`. */
export function intercepted(
  handler: Handler<unknown, unknown>,
  endpoint: EndpointDefinition,
  { namespace, component, interceptors }: Place,
): Handler<unknown, unknown> {
  const { kind, name, idempotent } = endpoint;
  const way = compose<ServerCall>(interceptors, async ({ request, context }) => {
    const answer = handler(request.stream ? request.values : request.value, context);
    return Symbol.asyncIterator in answer ? { stream: true, values: answer } : { stream: false, value: await answer };
  });
  const call = (request: unknown, context: Context): Promise<CallData> => {
    const { endpoint: path, metadata } = context;
    return way({
      side: "server",
      path,
      namespace,
      component,
      endpoint: name,
      kind,
      idempotent,
      request: dataOf(request, takesStream(kind)),
      metadata,
      get signal() {
        return context.signal;
      },
      context,
      httpRequest: httpRequestOf(context),
    });
  };
  if (givesStream(kind)) {
    return async function* (request, context) {
      const answer = await call(request, context);
      if (!answer.stream) throw wrongAnswer(context, "one value in place of a stream");
      yield* answer.values;
    };
  }
  return async (request, context) => {
    const answer = await call(request, context);
    if (answer.stream) throw wrongAnswer(context, "a stream in place of one value");
    return answer.value;
  };
}

/** A request of the wrong kind stays what it is; the check behind the interceptors refuses it. */
function dataOf(request: unknown, isStream: boolean): CallData {
  return isStream && typeof request === "object" && request !== null && Symbol.asyncIterator in request
    ? { stream: true, values: request as AsyncIterable<unknown> }
    : { stream: false, value: request };
}

function wrongAnswer({ endpoint }: Context, what: string): StatorError {
  return new StatorError("internal", `An interceptor of ${endpoint} gave ${what}.`);
}
