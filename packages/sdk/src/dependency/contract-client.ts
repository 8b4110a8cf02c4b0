import type { StandardSchemaV1 } from "@standard-schema/spec";

import {
  type ContractEndpoint,
  identityOf,
  isServedByClass,
  type ServiceContract,
} from "../contract/service-contract.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import type { DependencyTarget, TargetEndpoint } from "./dependency-target.ts";
import type { CallArguments } from "./service-client.ts";
import type { ServiceStream } from "./service-stream.ts";

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

/** The dependency that a contract describes. */
export function contractTarget(contract: ServiceContract): DependencyTarget {
  const { name, namespace, component } = contract;
  const endpoints = Object.entries(contract.endpoints).map(([property, endpoint]): TargetEndpoint => {
    const { kind } = endpoint;
    if (!isServedByClass(kind)) {
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
      contract: identityOf(endpoint),
    };
  });
  return { label: name, namespace, component, endpoints };
}
