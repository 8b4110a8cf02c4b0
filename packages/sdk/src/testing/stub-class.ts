import { type Context, StatorError } from "@stator/runtime-native";

import {
  type ContractEndpoint,
  identityOf,
  isContract,
  isEndpointKind,
  type ServiceContract,
} from "../contract/service-contract.ts";
import { isAbstractService } from "../definition/abstract-service.ts";
import { isCommandService } from "../definition/command-service.ts";
import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import { givesStream } from "../definition/endpoint-kind.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { allMembers, METADATA } from "../definition/members.ts";
import { kebabCase } from "../definition/names.ts";
import { readResources } from "../definition/resources.ts";
import {
  definitionOf,
  type ServiceClass,
  type ServiceDefinition,
  setDefinition,
} from "../definition/service-definition.ts";
import { NO_INTERCEPTORS } from "../interceptor/interceptor.ts";

type Method = (request: unknown, context: Context) => unknown;

/** Says of a service what its callers rely on; `where` is for messages. */
export function stubDefinition(where: string, service: unknown): ServiceDefinition {
  const contract = isCommandService(service) ? service.contract : isContract(service) ? service : null;
  if (contract !== null)
    return bare(contract.name, contract.namespace, contract.component, contractEndpoints(contract));
  if (isAbstractService(service)) {
    const metadata = (service as unknown as Record<symbol, DecoratorMetadata | undefined>)[METADATA];
    return bare(service.name, "stub", kebabCase(service.name), [...allMembers(metadata).endpoints.values()]);
  }
  const definition = definitionOf(service);
  if (definition === null) {
    const name = typeof service === "function" && service.name !== "" ? service.name : String(service);
    throw invalidArgument(`${where}: ${name} is not a service; a service is a class with @service, or a contract.`);
  }
  const { className, namespace, component, endpoints } = definition;
  return bare(className, namespace, component, endpoints);
}

/** A service of these methods. Those that it lacks fail with `not_found`. */
export function stubClass(definition: ServiceDefinition, methods: Readonly<Record<string, Method>>): ServiceClass {
  const construct = function (this: object): void {
    for (const endpoint of definition.endpoints) {
      const method = methods[endpoint.property] ?? missing(definition, endpoint);
      Object.defineProperty(this, endpoint.property, { value: givesStream(endpoint.kind) ? stream(method) : method });
    }
  };
  Object.defineProperty(construct, "name", { value: definition.className });
  const metadata = Object.create(null) as DecoratorMetadata;
  Object.defineProperty(construct, METADATA, { value: metadata });
  setDefinition(metadata, definition);
  return construct as unknown as ServiceClass;
}

function stream(method: Method): Method {
  return async function* (request, context) {
    yield* (await method(request, context)) as AsyncIterable<unknown> | Iterable<unknown>;
  };
}

function missing({ className }: ServiceDefinition, { property }: EndpointDefinition): Method {
  return () => {
    throw new StatorError(
      "not_found",
      `${className}.${property} was called, and the test has nothing in its place: stub(${className}, { ${property} }).`,
    );
  };
}

/** What concerns the callers only: a stub has no limits, hooks and interceptors, and no place in HTTP. */
function bare(
  className: string,
  namespace: string,
  component: string,
  endpoints: readonly EndpointDefinition[],
): ServiceDefinition {
  return {
    className,
    namespace,
    component,
    id: `${namespace}.${component}`,
    workers: 1,
    resources: readResources(className, undefined),
    limits: null,
    timeoutMs: null,
    env: {},
    labels: {},
    interceptors: NO_INTERCEPTORS,
    endpoints: endpoints.map((each) => ({ ...each, limits: null, interceptors: [], http: null })),
    hooks: [],
    requests: null,
  };
}

function contractEndpoints({ name, endpoints }: ServiceContract): EndpointDefinition[] {
  return Object.entries(endpoints).map(([property, endpoint]) => contractEndpoint(name, property, endpoint));
}

function contractEndpoint(service: string, property: string, endpoint: ContractEndpoint): EndpointDefinition {
  const { name, kind, input, output, error = null, timeoutMs, idempotent } = endpoint;
  if (!isEndpointKind(kind)) throw invalidArgument(`${service}.${property} is of the unknown kind "${kind}".`);
  return {
    property,
    name,
    kind,
    input,
    output,
    error,
    timeoutMs,
    idempotent,
    validateOutput: true,
    limits: null,
    retry: null,
    interceptors: [],
    http: null,
    said: {},
    contract: identityOf(endpoint),
  };
}
