import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ErrorType } from "@stator/runtime-native";

import { invalidArgument } from "../definition/invalid-argument.ts";
import type { DependencyTarget, TargetEndpoint } from "./dependency-target.ts";
import type { CallArguments } from "./service-client.ts";
import type { ServiceStream } from "./service-stream.ts";

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
}

/** A service as its contract describes it, wherever and in whatever language it runs. */
export interface ServiceContract {
  readonly name: string;
  readonly namespace: string;
  readonly component: string;
  readonly endpoints: Readonly<Record<string, ContractEndpoint>>;
}

type ContractCall<E extends ContractEndpoint> = E["kind"] extends "server-stream"
  ? (
      ...call: CallArguments<StandardSchemaV1.InferInput<E["input"]>>
    ) => ServiceStream<StandardSchemaV1.InferOutput<E["output"]>>
  : E["kind"] extends "unary"
    ? (
        ...call: CallArguments<StandardSchemaV1.InferInput<E["input"]>>
      ) => Promise<StandardSchemaV1.InferOutput<E["output"]>>
    : never;

/** What `depends(contract)` offers. */
export type ContractClient<C extends ServiceContract> = {
  readonly [Name in keyof C["endpoints"]]: ContractCall<C["endpoints"][Name]>;
};

/** Whether a value that `depends` was given is a contract. */
export function isContract(value: unknown): value is ServiceContract {
  return typeof value === "object" && value !== null && "endpoints" in value && "namespace" in value;
}

/** The dependency that a contract describes. */
export function contractTarget(contract: ServiceContract): DependencyTarget {
  const { name, namespace, component } = contract;
  const endpoints = Object.entries(contract.endpoints).map(([property, endpoint]): TargetEndpoint => {
    const { kind } = endpoint;
    if (kind !== "unary" && kind !== "server-stream") {
      throw invalidArgument(
        `depends: ${name}.${property} is a ${kind} endpoint; services can call unary and server-stream ones.`,
      );
    }
    return {
      property,
      kind,
      name: endpoint.name,
      output: endpoint.output,
      error: endpoint.error ?? null,
      idempotent: endpoint.idempotent,
      timeoutMs: endpoint.timeoutMs,
    };
  });
  return { label: name, namespace, component, endpoints };
}
