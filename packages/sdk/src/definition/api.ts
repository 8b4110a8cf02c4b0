import { checkOptions } from "./check-options.ts";
import {
  addEndpoint,
  ENDPOINT_OPTIONS,
  type EndpointMethod,
  type EndpointOptions,
  type TakesRequest,
} from "./endpoint.ts";
import type { HttpMethod, StreamFormat } from "./endpoint-definition.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { suggestion } from "./nearest-name.ts";
import type { SchemaOption } from "../schema/schema-types.ts";

/** What `@api` takes: all of `@endpoint` but streams of requests, and how HTTP reaches it. */
export interface ApiOptions<In extends SchemaOption, Out extends SchemaOption> extends Omit<
  EndpointOptions<In, Out>,
  "requestStream"
> {
  /** Default: `POST`. */
  method?: HttpMethod;
  /** Starts with `/`; `:name` is a parameter. Default: `/` and the method's name. */
  path?: string;
  /**
   * How a stream is written: `sse` (server-sent events), `ndjson` (one JSON document a line), or `auto`, which takes
   * the first of the two that the Accept header names, and `ndjson` when it names neither. Default: `auto`.
   */
  format?: StreamFormat;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const FORMATS = ["auto", "sse", "ndjson"] as const;
const KNOWN = [...ENDPOINT_OPTIONS.filter((name) => name !== "requestStream"), "method", "path", "format"] as const;

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
    const { method: verb = "POST", path = `/${String(context.name)}`, format = "auto", ...rest } = options;
    if (!METHODS.includes(verb))
      throw invalidArgument(`${where}: method "${verb}" is unknown; ${suggestion(verb, METHODS)}`);
    if (!FORMATS.includes(format))
      throw invalidArgument(`${where}: format "${format}" is unknown; ${suggestion(format, FORMATS)}`);
    if (!/^\/[^\s?#]*$/.test(path))
      throw invalidArgument(`${where}: path "${path}" must start with "/", without blanks, "?" or "#".`);
    addEndpoint(where, method, context, rest, { method: verb, path, format });
  };
}
