import type { Context, Handler } from "@stator/runtime-native";

import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import { givesStream, takesStream } from "../definition/endpoint-kind.ts";
import { validate } from "../schema/validate.ts";
import { checkedRequests, checkRequestKind } from "./checked-requests.ts";
import { CheckedStream } from "./checked-stream.ts";
import { outputSchema } from "./output-check.ts";
import { readRequest } from "./read-request.ts";

type Method = (this: object, request: unknown, context: Context) => unknown;

/**
 * The endpoint's method of this service object with its checks around it: the request before the method sees it, each
 * item before it is sent. Looked up by name, so that a subclass's own version counts.
 */
export function checkedMethod(instance: object, endpoint: EndpointDefinition): Handler<unknown, unknown> {
  const method = (instance as Record<string, unknown>)[endpoint.property] as Method;
  const { input, error } = endpoint;
  const output = outputSchema(endpoint);
  const isStream = takesStream(endpoint.kind);
  const read = (request: unknown, context: Context) => {
    checkRequestKind(request, isStream, context);
    if (input === null) return request;
    return isStream
      ? checkedRequests(input, request as AsyncIterable<unknown>, context, endpoint.contract)
      : readRequest(input, request, context, endpoint.contract);
  };

  if (!givesStream(endpoint.kind)) {
    return async (request, context) => {
      let item: unknown;
      try {
        item = await method.call(instance, await read(request, context), context);
      } catch (thrown) {
        throw error === null ? thrown : error.received(thrown, context.endpoint);
      }
      if (output !== null) await validate(output, item, "invalid_response", context.endpoint);
      return item;
    };
  }
  return (request, context) => {
    const checked = read(request, context);
    const open = (value: unknown) => {
      const source = method.call(instance, value, context) as AsyncGenerator;
      return output === null && error === null ? source : new CheckedStream(source, output, error, context.endpoint);
    };
    return checked instanceof Promise ? openLater(checked, open) : open(checked);
  };
}

/** For schemas that check asynchronously: the stream opens with its first item. */
async function* openLater(checked: Promise<unknown>, open: (value: unknown) => AsyncGenerator): AsyncGenerator {
  yield* open(await checked);
}
