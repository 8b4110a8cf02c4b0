import { checkOptions } from "./check-options.ts";
import {
  addEndpoint,
  ENDPOINT_OPTIONS,
  type EndpointMethod,
  type EndpointOptions,
  type TakesRequest,
} from "./endpoint.ts";
import { HTTP_OPTIONS, type HttpEndpointOptions, readHttp } from "./http-endpoint-options.ts";
import type { SchemaOption } from "../schema/schema-types.ts";

/** What `@api` takes: all of `@endpoint` but streams of requests, and how HTTP reaches it. */
export interface ApiOptions<In extends SchemaOption, Out extends SchemaOption>
  extends Omit<EndpointOptions<In, Out>, "requestStream">, HttpEndpointOptions {}

const KNOWN = [...ENDPOINT_OPTIONS.filter((name) => name !== "requestStream"), ...HTTP_OPTIONS] as const;

/**
 * Makes a method reachable over HTTP, and for other services too, as `@endpoint` does.
 *
 * An async method answers with JSON, an async generator with a stream.
 */
export function api<In extends SchemaOption = undefined, Out extends SchemaOption = undefined>(
  options: ApiOptions<In, Out> = {},
): <M extends EndpointMethod<In, Out>>(
  method: M,
  context: ClassMethodDecoratorContext<unknown, M>,
  ...wrong: TakesRequest<M>
) => void {
  return (method, context, ..._wrong) => {
    const where = `@api ${String(context.name)}`;
    checkOptions(where, options, KNOWN);
    const { method: verb, path, format, ...rest } = options;
    const given = Object.fromEntries(
      Object.entries({ method: verb, path, format }).filter(([, value]) => value !== undefined),
    );
    addEndpoint(where, method, context, rest, readHttp(where, given, String(context.name)));
  };
}
