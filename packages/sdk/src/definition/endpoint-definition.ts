import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { EndpointContract, ErrorType } from "@stator/runtime-native";

import type { ServerInterceptor } from "../interceptor/interceptor.ts";
import type { SchemaOption } from "../schema/schema-types.ts";
import type { EndpointOptions } from "./endpoint.ts";
import type { EndpointKind } from "./endpoint-kind.ts";
import type { Limits } from "./limits.ts";
import type { RetryPolicy } from "./retry-options.ts";

/** How an endpoint is reached over HTTP. */
export interface HttpDefinition {
  /** The method that reaches it. */
  readonly method: HttpMethod;
  /** Path with `:name` parameters, such as `/items/:id`. */
  readonly path: string;
  /** Form of a streamed answer; `auto` follows the Accept header. */
  readonly format: StreamFormat;
}

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type StreamFormat = "auto" | "sse" | "ndjson";

/** One endpoint of a service, as its decorators and its method say. */
export interface EndpointDefinition {
  /** The method's name in the class. */
  readonly property: string;
  /** The name in discovery. */
  readonly name: string;
  /** Whether request and answer are one value or a stream. */
  readonly kind: EndpointKind;
  /** What a request must fit; null for anything. */
  readonly input: StandardSchemaV1 | null;
  /** What each item of the answer must fit; null for anything. */
  readonly output: StandardSchemaV1 | null;
  /** The error that it declares, beside those that every call can end with. */
  readonly error: ErrorType | null;
  /** Longest time that a call may take, in milliseconds; null for no limit. */
  readonly timeoutMs: number | null;
  /** Whether running a call twice does no harm. */
  readonly idempotent: boolean;
  /** Whether items are checked against `output` in production too; in development they always are. */
  readonly validateOutput: boolean;
  /** How many of its calls run at once in one process; null for no limit of its own. */
  readonly limits: Limits | null;
  /** How its callers make a failed call again, unless they say otherwise; null for what the runtime does by itself. */
  readonly retry: RetryPolicy | null;
  /** Around its calls, outermost first. */
  readonly interceptors: readonly ServerInterceptor[];
  /** How HTTP reaches it; null for not at all. */
  readonly http: HttpDefinition | null;
  /** What `@endpoint` itself said: the rest is default, or taken from the contract. */
  readonly said: Readonly<EndpointOptions<SchemaOption, SchemaOption, boolean>>;
  /** What it promises, for the callers of other versions; null if no contract says so. */
  readonly contract: EndpointContract | null;
}
