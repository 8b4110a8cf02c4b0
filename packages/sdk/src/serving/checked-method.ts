import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Context, ErrorType, Handler } from "@stator/runtime-native";

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
    const answer = (request: unknown, context: Context): Promise<unknown> => {
      const checked = read(request, context);
      const call = (value: unknown) => asPromise(method.call(instance, value, context));
      return checked instanceof Promise ? checked.then(call) : call(checked);
    };
    return (request, context) => checkedAnswer(answer, request, context, output, error);
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

/**
 * The one answer, checked where there is something to check it by: as few steps as there can be, since each one is taken for each
 * call. Whatever is thrown rejects.
 */
function checkedAnswer(
  answer: (request: unknown, context: Context) => Promise<unknown>,
  request: unknown,
  context: Context,
  output: StandardSchemaV1 | null,
  error: ErrorType | null,
): Promise<unknown> {
  let item: Promise<unknown>;
  try {
    item = answer(request, context);
  } catch (thrown) {
    item = Promise.reject(thrown);
  }
  if (output === null && error === null) return item;
  return item.then(
    output === null
      ? undefined
      : (value) => {
          const checked = validate(output, value, "invalid_response", context.endpoint);
          return checked instanceof Promise ? checked.then(() => value) : value;
        },
    error === null
      ? undefined
      : (thrown: unknown) => {
          throw error.received(thrown, context.endpoint);
        },
  );
}

/** A subclass's own version may be no async method. */
function asPromise(answer: unknown): Promise<unknown> {
  return answer instanceof Promise ? answer : Promise.resolve(answer);
}

/** For schemas that check asynchronously: the stream opens with its first item. */
async function* openLater(checked: Promise<unknown>, open: (value: unknown) => AsyncGenerator): AsyncGenerator {
  yield* open(await checked);
}
