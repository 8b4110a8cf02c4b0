import { isContract, type ServiceContract } from "../contract/service-contract.ts";
import { abstractName, type AbstractServiceClass, isAbstractService } from "../definition/abstract-service.ts";
import { type CommandService, isCommandService } from "../definition/command-service.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { definitionOf, type ServiceClass } from "../definition/service-definition.ts";
import { collect } from "./collecting-scope.ts";
import { allMembers, METADATA } from "../definition/members.ts";
import { type AskedDependency, Dependency, type ResolvedDependency } from "./dependency.ts";
import { type DependencyOptions, readDependencyOptions } from "./dependency-options.ts";
import type { ServiceClient } from "./service-client.ts";
import { type ContractClient, contractTarget } from "./contract-client.ts";

/**
 * A typed client of another service, as the initialiser of a field: `backend = depends(Backend)`.
 *
 * `depends(() => Backend)` looks the class up later, for services that depend on each other; the field of one of them
 * then needs a type of its own. `depends(BackendContract)` is for a service that runs elsewhere, known by the contract
 * that `stator-codegen` wrote; `depends(commandService(BackendContract, ...))` for one that is a program of this graph;
 * `depends(Engine)`, with a class that is `@abstractService()`, for one that `graph(...).link(...)` puts there. The client works from `@onStart` on; before that its calls throw `invalid_argument`.
 */
export function depends<const C extends ServiceContract>(
  on: CommandService<C> | (() => CommandService<C>),
  options?: DependencyOptions,
): ContractClient<C>;
export function depends<const C extends ServiceContract>(on: C, options?: DependencyOptions): ContractClient<C>;
export function depends<S extends object>(
  on: AbstractServiceClass<S> | (() => AbstractServiceClass<S>),
  options?: DependencyOptions,
): ServiceClient<S>;
export function depends(on: unknown, options: DependencyOptions = {}): object {
  const policy = readDependencyOptions(options);
  if (on === undefined) {
    throw invalidArgument(
      "depends: the service is undefined; where two files import each other, write depends(() => Service).",
    );
  }
  const dependency = new Dependency(() => resolveAsked(isLazy(on) ? on() : on), policy, isLazy(on));
  // A mistake in a class that is known already shows at once, not at the first call.
  if (!isLazy(on)) void dependency.asked;
  collect(dependency);
  return dependency.client;
}

/** Classes have a prototype; arrow functions have none. */
function isLazy(on: unknown): on is () => unknown {
  return typeof on === "function" && !Object.hasOwn(on, "prototype");
}

function resolveAsked(value: unknown): ResolvedDependency & { readonly asked: AskedDependency } {
  const isAbstract = isAbstractService(value);
  const resolved = isAbstract ? abstractDependency(value) : resolveDependency(value);
  const { label, endpoints } = resolved.target;
  return { ...resolved, asked: { value, label, isAbstract, endpoints } };
}

/** A place that a link has to fill: the endpoints are those that the class implements itself. */
function abstractDependency(value: AbstractServiceClass): ResolvedDependency {
  const metadata = (value as unknown as Record<symbol, DecoratorMetadata | undefined>)[METADATA];
  const endpoints = [...allMembers(metadata).endpoints.values()];
  return { target: { label: abstractName(value), namespace: "", component: "", endpoints }, service: null };
}

/** What a service or a contract is for those who depend on it. */
export function resolveDependency(value: unknown): ResolvedDependency {
  if (isCommandService(value)) return { target: contractTarget(value.contract), service: value };
  if (isContract(value)) return { target: contractTarget(value), service: null };
  const definition = definitionOf(value);
  if (definition === null) {
    const name = typeof value === "function" && value.name !== "" ? value.name : String(value);
    throw invalidArgument(`depends: ${name} is not a service; a service is a class with @service.`);
  }
  const { className, namespace, component, endpoints } = definition;
  return { target: { label: className, namespace, component, endpoints }, service: value as ServiceClass };
}
