import type { StandardSchemaV1 } from "@standard-schema/spec";

import {
  type ContractEndpoint,
  identityOf,
  isEndpointKind,
  type ServiceContract,
} from "../contract/service-contract.ts";
import { ENDPOINT_KINDS } from "../definition/endpoint-kind.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
import type { DependencyTarget, TargetEndpoint } from "./dependency-target.ts";
import type { CallArguments } from "./service-client.ts";
import type { ServiceStream } from "./service-stream.ts";

type ContractArguments<E extends ContractEndpoint> = CallArguments<
  E["kind"] extends "client-stream" | "duplex"
    ? AsyncIterable<StandardSchemaV1.InferInput<E["input"]>>
    : StandardSchemaV1.InferInput<E["input"]>,
  E["kind"] extends "server-stream" ? StandardSchemaV1.InferOutput<E["output"]> : never
>;

type ContractCall<E extends ContractEndpoint> = E["kind"] extends "server-stream" | "duplex"
  ? (...call: ContractArguments<E>) => ServiceStream<StandardSchemaV1.InferOutput<E["output"]>>
  : (...call: ContractArguments<E>) => Promise<StandardSchemaV1.InferOutput<E["output"]>>;

/** What `depends(contract)` offers. */
export type ContractClient<C extends ServiceContract> = {
  readonly [Name in keyof C["endpoints"]]: ContractCall<C["endpoints"][Name]>;
};

/** The dependency that a contract describes. */
export function contractTarget(contract: ServiceContract): DependencyTarget {
  const { name, namespace, component } = contract;
  const endpoints = Object.entries(contract.endpoints).map(([property, endpoint]): TargetEndpoint => {
    const { kind } = endpoint;
    if (!isEndpointKind(kind)) {
      throw invalidArgument(
        `depends: ${name}.${property} is of the kind "${kind}"; ${suggestion(kind, ENDPOINT_KINDS)}`,
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
      retry: null,
      contract: identityOf(endpoint),
    };
  });
  return { label: name, namespace, component, endpoints };
}
