import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { EndpointContract, ErrorType } from "@stator/runtime-native";

import type { SchemaOption } from "../schema/schema-types.ts";
import type { EndpointOptions } from "./endpoint.ts";

/** Which of the two directions of an endpoint are streams; the names are those of contracts. */
export type EndpointKind = "unary" | "server-stream" | "client-stream" | "duplex";

export const ENDPOINT_KINDS = [
  "unary",
  "server-stream",
  "client-stream",
  "duplex",
] as const satisfies readonly EndpointKind[];

/** Whether the request is a stream. */
export function takesStream(kind: EndpointKind): boolean {
  return kind === "client-stream" || kind === "duplex";
}

/** Whether the answer is a stream. */
export function givesStream(kind: EndpointKind): boolean {
  return kind === "server-stream" || kind === "duplex";
}

/** How an endpoint is reached over HTTP. */
export interface HttpDefinition {
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
  readonly kind: EndpointKind;
  readonly input: StandardSchemaV1 | null;
  readonly output: StandardSchemaV1 | null;
  /** The error that it declares, beside those that every call can end with. */
  readonly error: ErrorType | null;
  /** Longest time that a call may take, in milliseconds; null for no limit. */
  readonly timeoutMs: number | null;
  /** Whether running a call twice does no harm. */
  readonly idempotent: boolean;
  /** Whether items are checked against `output` in production too; in development they always are. */
  readonly validateOutput: boolean;
  readonly http: HttpDefinition | null;
  /** What `@endpoint` itself said: the rest is default, or taken from the contract. */
  readonly said: Readonly<EndpointOptions<SchemaOption, SchemaOption, boolean>>;
  /** What it promises, for the callers of other versions; null if no contract says so. */
  readonly contract: EndpointContract | null;
}
