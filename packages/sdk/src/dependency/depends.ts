import { isContract, type ServiceContract } from "../contract/service-contract.ts";
import { type CommandService, isCommandService } from "../definition/command-service.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { definitionOf, type ServiceClass } from "../definition/service-definition.ts";
import { collect } from "./collecting-scope.ts";
import { Dependency, type ResolvedDependency } from "./dependency.ts";
import { type DependencyOptions, readDependencyOptions } from "./dependency-options.ts";
import type { ServiceClient } from "./service-client.ts";
import { type ContractClient, contractTarget } from "./contract-client.ts";

/**
 * A typed client of another service, as the initialiser of a field: `backend = depends(Backend)`.
 *
 * `depends(() => Backend)` looks the class up later, for services that depend on each other; the field of one of them
 * then needs a type of its own. `depends(BackendContract)` is for a service that runs elsewhere, known by the contract
 * that `stator-codegen` wrote; `depends(commandService(BackendContract, ...))` for one that is a program of this graph. The
 * client works from `@onStart` on; before that its calls throw `invalid_argument`.
 */
export function depends<const C extends ServiceContract>(
  on: CommandService<C> | (() => CommandService<C>),
  options?: DependencyOptions,
): ContractClient<C>;
export function depends<const C extends ServiceContract>(on: C, options?: DependencyOptions): ContractClient<C>;
export function depends<S extends object>(
  on: ServiceClass<S> | (() => ServiceClass<S>),
  options?: DependencyOptions,
): ServiceClient<S>;
export function depends(on: unknown, options: DependencyOptions = {}): object {
  const policy = readDependencyOptions(options);
  if (on === undefined) {
    throw invalidArgument(
      "depends: the service is undefined; where two files import each other, write depends(() => Service).",
    );
  }
  const dependency = new Dependency(() => resolveService(isLazy(on) ? on() : on), policy);
  // A mistake in a class that is known already shows at once, not at the first call.
  if (!isLazy(on)) void dependency.target;
  collect(dependency);
  return dependency.client;
}

/** Classes have a prototype; arrow functions have none. */
function isLazy(on: unknown): on is () => unknown {
  return typeof on === "function" && !Object.hasOwn(on, "prototype");
}

function resolveService(value: unknown): ResolvedDependency {
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
