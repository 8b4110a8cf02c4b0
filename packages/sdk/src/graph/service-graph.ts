import {
  type CommandDefinition,
  type CommandService,
  type GraphService,
  isCommandService,
} from "../definition/command-service.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { definitionOf, type ServiceClass, type ServiceDefinition } from "../definition/service-definition.ts";
import { construct } from "../dependency/collecting-scope.ts";
import type { Dependency } from "../dependency/dependency.ts";

/** One service of a graph. */
export type GraphNode = ServiceNode | CommandNode;

/** A class, with the object that was made to learn its dependencies. */
export interface ServiceNode {
  readonly kind: "class";
  readonly service: ServiceClass;
  readonly definition: ServiceDefinition;
  readonly instance: object;
  readonly dependencies: readonly Dependency[];
  /** Ids of the services that it calls; those of contracts, which run elsewhere, are left out. */
  readonly dependsOn: readonly string[];
}

/** A program of its own. */
export interface CommandNode {
  readonly kind: "command";
  readonly definition: CommandDefinition;
  readonly dependsOn: readonly string[];
}

/** Services with all that they depend on: dependencies first. Cycles are cut at the service met again. */
export function resolveGraph(roots: readonly GraphService[]): GraphNode[] {
  const order: GraphNode[] = [];
  const seen = new Map<string, GraphService>();
  for (const root of roots) visit(root, seen, order);
  return order;
}

/** A service without its dependencies. */
export function resolveService(service: ServiceClass): ServiceNode {
  const definition = requireDefinition(service);
  const { instance, dependencies } = construct(service);
  const inside = dependencies.filter((dependency) => dependency.service !== null);
  const dependsOn = new Set(inside.map(({ target }) => `${target.namespace}.${target.component}`));
  return { kind: "class", service, definition, instance, dependencies, dependsOn: [...dependsOn] };
}

/** The classes of a graph that is to run in one process. Refuses commands, which cannot. */
export function requireClasses(nodes: readonly GraphNode[]): ServiceNode[] {
  return nodes.map((node) => {
    if (node.kind === "class") return node;
    const { className, command } = node.definition;
    throw invalidArgument(
      `${className} is a program of its own (${command.argv[0]}) and cannot run in this process; start the graph with ` +
        "`stator serve`, without --in-process.",
    );
  });
}

function visit(service: GraphService, seen: Map<string, GraphService>, order: GraphNode[]): void {
  const { id } = isCommandService(service) ? service.definition : requireDefinition(service);
  const other = seen.get(id);
  if (other === service) return;
  if (other !== undefined) {
    throw invalidArgument(`Two services of the graph are both "${id}"; give one another name.`);
  }
  seen.set(id, service);
  if (isCommandService(service)) {
    for (const dependency of service.dependsOn) visit(dependency, seen, order);
    order.push(commandNode(service));
    return;
  }
  const node = resolveService(service);
  for (const dependency of node.dependencies) {
    if (dependency.service !== null) visit(dependency.service, seen, order);
  }
  order.push(node);
}

function commandNode({ definition, dependsOn }: CommandService): CommandNode {
  const ids = dependsOn.map((each) => (isCommandService(each) ? each.definition : requireDefinition(each)).id);
  return { kind: "command", definition, dependsOn: ids };
}

function requireDefinition(service: ServiceClass): ServiceDefinition {
  const definition = definitionOf(service);
  if (definition !== null) return definition;
  const name = typeof service === "function" && service.name !== "" ? service.name : String(service);
  throw invalidArgument(`${name} is not a service; a service is a class with @service.`);
}
