import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Context, EndpointContract, ErrorType } from "@stator/runtime-native";

import { ENDPOINT_KINDS, type EndpointKind } from "../definition/endpoint-kind.ts";

/** One endpoint of a contract, as `stator-codegen` writes it. */
export interface ContractEndpoint {
  /** Its name in discovery. */
  readonly name: string;
  /** `unary`, `server-stream`, `client-stream` or `duplex`. */
  readonly kind: string;
  /** What each request must fit. */
  readonly input: StandardSchemaV1;
  /** What each item of the answer must fit. */
  readonly output: StandardSchemaV1;
  /** What callers narrow a caught error by: `Contract.endpoints.generate.error.is(error)`. */
  readonly error?: ErrorType | null;
  /** Longest time for a call, in milliseconds; null for no limit. */
  readonly timeoutMs: number | null;
  /** Whether running a call twice does no harm. */
  readonly idempotent: boolean;
  /** With `document`, what tells it from other versions of itself. */
  readonly hash?: string;
  /** The document of the contract, to be compared with that of another version. */
  readonly document?: EndpointContract["document"];
}

/** A service as its contract describes it, wherever and in whatever language it runs. */
export interface ServiceContract {
  /** The name of the service in its contract. */
  readonly name: string;
  /** The namespace in discovery. */
  readonly namespace: string;
  /** The component in discovery. */
  readonly component: string;
  /** Its endpoints, by their names in the code. */
  readonly endpoints: Readonly<Record<string, ContractEndpoint>>;
}

/** Whether a value is a contract. */
export function isContract(value: unknown): value is ServiceContract {
  return typeof value === "object" && value !== null && "endpoints" in value && "namespace" in value;
}

/** What identifies an endpoint to the runtime; null for a contract that was written by hand. */
export function identityOf({ hash, document }: ContractEndpoint): EndpointContract | null {
  return hash === undefined || document === undefined ? null : { hash, document };
}

/** Whether this version knows the kind. */
export function isEndpointKind(kind: string): kind is EndpointKind {
  return (ENDPOINT_KINDS as readonly string[]).includes(kind);
}

type ContractMethod<E extends ContractEndpoint> = (
  request: E["kind"] extends "client-stream" | "duplex"
    ? AsyncIterable<StandardSchemaV1.InferOutput<E["input"]>>
    : StandardSchemaV1.InferOutput<E["input"]>,
  context: Context,
) => E["kind"] extends "server-stream" | "duplex"
  ? AsyncIterable<StandardSchemaV1.InferInput<E["output"]>>
  : Promise<StandardSchemaV1.InferInput<E["output"]>>;

/** What a class that serves a contract has: a method for each endpoint. Of a contract whose endpoints nobody knows, none. */
export type ContractMethods<C extends ServiceContract> = {
  [Name in keyof C["endpoints"] as string extends Name ? never : Name]: ContractMethod<C["endpoints"][Name]>;
};
