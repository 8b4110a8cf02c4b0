import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Context, EndpointContract, ErrorType } from "@stator/runtime-native";

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

/** Whether a class can serve it; those that take streams of requests are served by the runtime itself. */
export function isServedByClass(kind: string): kind is "unary" | "server-stream" {
  return kind === "unary" || kind === "server-stream";
}

type ContractMethod<E extends ContractEndpoint> = (
  request: StandardSchemaV1.InferOutput<E["input"]>,
  context: Context,
) => E["kind"] extends "server-stream"
  ? AsyncIterable<StandardSchemaV1.InferInput<E["output"]>>
  : Promise<StandardSchemaV1.InferInput<E["output"]>>;

/** What a class that serves a contract has: a method for each endpoint that a class can serve. */
export type ContractMethods<C extends ServiceContract> = {
  [
    Name in keyof C["endpoints"] as C["endpoints"][Name]["kind"] extends "unary" | "server-stream" ? Name : never
  ]: ContractMethod<C["endpoints"][Name]>;
};
