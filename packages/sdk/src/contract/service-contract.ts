import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Context, EndpointContract, ErrorType } from "@stator/runtime-native";

import { ENDPOINT_KINDS, type EndpointKind } from "../definition/endpoint-kind.ts";

/** One endpoint of a contract, as `stator-codegen` writes it. */
export interface ContractEndpoint {
  readonly name: string;
  readonly kind: string;
  readonly input: StandardSchemaV1;
  readonly output: StandardSchemaV1;
  /** What callers narrow a caught error by: `Contract.endpoints.generate.error.is(error)`. */
  readonly error?: ErrorType | null;
  readonly timeoutMs: number | null;
  readonly idempotent: boolean;
  /** With `document`, what tells it from other versions of itself. */
  readonly hash?: string;
  readonly document?: EndpointContract["document"];
}

/** A service as its contract describes it, wherever and in whatever language it runs. */
export interface ServiceContract {
  readonly name: string;
  readonly namespace: string;
  readonly component: string;
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
