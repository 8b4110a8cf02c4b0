import { checkOptions } from "./check-options.ts";
import type { HttpDefinition, HttpMethod, StreamFormat } from "./endpoint-definition.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { suggestion } from "./nearest-name.ts";

/** How HTTP reaches an endpoint. */
export interface HttpEndpointOptions {
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

export const HTTP_OPTIONS = ["method", "path", "format"] as const;

/** Checks how HTTP reaches the endpoint `property`. */
export function readHttp(where: string, options: HttpEndpointOptions, property: string): HttpDefinition {
  checkOptions(where, options, HTTP_OPTIONS);
  const { method = "POST", path = `/${property}`, format = "auto" } = options;
  if (!METHODS.includes(method)) {
    throw invalidArgument(`${where}: method "${method}" is unknown; ${suggestion(method, METHODS)}`);
  }
  if (!FORMATS.includes(format)) {
    throw invalidArgument(`${where}: format "${format}" is unknown; ${suggestion(format, FORMATS)}`);
  }
  if (!/^\/[^\s?#]*$/.test(path)) {
    throw invalidArgument(`${where}: path "${path}" must start with "/", without blanks, "?" or "#".`);
  }
  return { method, path, format };
}
