import { invalidArgument } from "../definition/invalid-argument.ts";
import { definitionOf, type ServiceClass, type ServiceDefinition } from "../definition/service-definition.ts";
import { construct } from "../dependency/collecting-scope.ts";
import type { Dependency } from "../dependency/dependency.ts";

/** One service of a graph, with the object that was made to learn its dependencies. */
export interface ServiceNode {
  readonly service: ServiceClass;
  readonly definition: ServiceDefinition;
  readonly instance: object;
  readonly dependencies: readonly Dependency[];
  /** Ids of the services that it calls; those of contracts, which run elsewhere, are left out. */
  readonly dependsOn: readonly string[];
}

/** Services with all that they depend on: dependencies first. Cycles are cut at the service met again. */
export function resolveGraph(roots: readonly ServiceClass[]): ServiceNode[] {
  const order: ServiceNode[] = [];
  const seen = new Map<string, ServiceClass>();
  for (const root of roots) visit(root, seen, order);
  return order;
}

/** A service without its dependencies. */
export function resolveService(service: ServiceClass): ServiceNode {
  const definition = requireDefinition(service);
  const { instance, dependencies } = construct(service);
  const inside = dependencies.filter((dependency) => dependency.service !== null);
  const dependsOn = new Set(inside.map(({ target }) => `${target.namespace}.${target.component}`));
  return { service, definition, instance, dependencies, dependsOn: [...dependsOn] };
}

function visit(service: ServiceClass, seen: Map<string, ServiceClass>, order: ServiceNode[]): void {
  const { id } = requireDefinition(service);
  const other = seen.get(id);
  if (other === service) return;
  if (other !== undefined) {
    throw invalidArgument(`Two classes of the graph are both the service "${id}"; give one another name.`);
  }
  seen.set(id, service);
  const node = resolveService(service);
  for (const dependency of node.dependencies) {
    if (dependency.service !== null) visit(dependency.service, seen, order);
  }
  order.push(node);
}

function requireDefinition(service: ServiceClass): ServiceDefinition {
  const definition = definitionOf(service);
  if (definition !== null) return definition;
  const name = typeof service === "function" && service.name !== "" ? service.name : String(service);
  throw invalidArgument(`${name} is not a service; a service is a class with @service.`);
}
