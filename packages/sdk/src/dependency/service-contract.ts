import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ErrorType } from "@stator/runtime-native";

import type { EndpointKind } from "../definition/endpoint-definition.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
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

type ContractArguments<E extends ContractEndpoint> = CallArguments<
  E["kind"] extends "client-stream" | "duplex"
    ? AsyncIterable<StandardSchemaV1.InferInput<E["input"]>>
    : StandardSchemaV1.InferInput<E["input"]>
>;

type ContractCall<E extends ContractEndpoint> = E["kind"] extends "server-stream" | "duplex"
  ? (...call: ContractArguments<E>) => ServiceStream<StandardSchemaV1.InferOutput<E["output"]>>
  : (...call: ContractArguments<E>) => Promise<StandardSchemaV1.InferOutput<E["output"]>>;

const KINDS: readonly string[] = ["unary", "server-stream", "client-stream", "duplex"] satisfies EndpointKind[];

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
    if (!KINDS.includes(kind)) {
      throw invalidArgument(`depends: ${name}.${property} is of the kind "${kind}"; ${suggestion(kind, KINDS)}`);
    }
    return {
      property,
      kind: kind as EndpointKind,
      name: endpoint.name,
      output: endpoint.output,
      error: endpoint.error ?? null,
      idempotent: endpoint.idempotent,
      timeoutMs: endpoint.timeoutMs,
    };
  });
  return { label: name, namespace, component, endpoints };
}
