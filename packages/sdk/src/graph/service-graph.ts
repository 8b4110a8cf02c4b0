import { ConfigurationLayers } from "../configuration/configuration-layers.ts";
import { configureService, type ConfiguredService } from "../configuration/configured-service.ts";
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
import { NO_INTERCEPTORS, type ResolvedInterceptors, within } from "../interceptor/interceptor.ts";
import { eagerCycles } from "./eager-cycles.ts";
import type { GraphLink } from "./graph-link.ts";
import { programWithSettings, withSettings } from "./with-settings.ts";
import { Linking, type Substitute } from "./linking.ts";

/** One service of a graph. */
export type GraphNode = ServiceNode | CommandNode;

/** A class, with the object that was made to learn its dependencies. */
export interface ServiceNode {
  readonly kind: "class";
  readonly service: ServiceClass;
  /** With what the configuration says, and inside of the graph's interceptors. */
  readonly definition: ServiceDefinition;
  /** What the class itself says. */
  readonly declared: ServiceDefinition;
  readonly instance: object;
  readonly dependencies: readonly Dependency[];
  /** Ids of the services that it calls; those of contracts, which run elsewhere, are left out. */
  readonly dependsOn: readonly string[];
  readonly configured: ConfiguredService;
}

/** A program of its own. */
export interface CommandNode {
  readonly kind: "command";
  /** With what the configuration says. */
  readonly definition: CommandDefinition;
  /** What its options say. */
  readonly declared: CommandDefinition;
  readonly dependsOn: readonly string[];
  readonly configured: ConfiguredService;
}

/** What a graph is made of. */
export interface GraphParts {
  readonly roots: readonly GraphService[];
  readonly links?: readonly GraphLink[];
  /** Services that are not part of it, though others depend on them. */
  readonly elsewhere?: readonly GraphService[];
  /** Around the calls that its classes answer and make. */
  readonly interceptors?: ResolvedInterceptors;
  /** Puts others in the place of services, for tests. */
  readonly substitute?: Substitute | null;
}

/**
 * Services with all that they depend on: dependencies first. Cycles are cut at the service met again.
 *
 * @throws StatorError `invalid_argument` with everything that is wrong with its links and its configuration
 */
export function resolveGraph(
  parts: readonly GraphService[] | GraphParts,
  layers: ConfigurationLayers = new ConfigurationLayers(),
): GraphNode[] {
  const { nodes, linking } = walkGraph("roots" in parts ? parts : { roots: parts }, layers);
  const problems = [...linking.problems(nodes), ...eagerCycles(nodes)];
  if (problems.length > 0) throw invalidArgument(problems.map(({ message }) => message).join("\n"));
  return nodes;
}

/** The same without looking at what is wrong with the links. */
export function walkGraph(
  { roots, links = [], elsewhere = [], interceptors = NO_INTERCEPTORS, substitute = null }: GraphParts,
  layers: ConfigurationLayers,
): { readonly nodes: GraphNode[]; readonly linking: Linking } {
  const nodes: GraphNode[] = [];
  const seen = new Map<string, GraphService>();
  const linking = new Linking(links, substitute);
  for (const root of roots) visit(root);
  return { nodes, linking };

  function visit(service: GraphService): void {
    if (elsewhere.includes(service)) return;
    const { id } = isCommandService(service) ? service.definition : requireDefinition(service);
    const other = seen.get(id);
    if (other === service) return;
    if (other !== undefined) {
      throw invalidArgument(`Two services of the graph are both "${id}"; give one another name.`);
    }
    seen.set(id, service);
    if (isCommandService(service)) {
      for (const dependency of service.dependsOn) visit(dependency);
      nodes.push(commandNode(service, layers));
      return;
    }
    const made = make(service, layers, interceptors);
    for (const dependency of made.dependencies) {
      linking.link(dependency, made.definition.className, made.instance);
      if (dependency.service !== null) visit(dependency.service);
    }
    nodes.push({ ...made, dependsOn: idsOf(made.dependencies) });
  }
}

/** A service without its dependencies; `parts` say where those lead. */
export function resolveService(
  service: ServiceClass,
  layers: ConfigurationLayers = new ConfigurationLayers(),
  { links = [], substitute = null }: Pick<GraphParts, "links" | "substitute"> = {},
): ServiceNode {
  const linking = new Linking(links, substitute);
  const made = make(service, layers, NO_INTERCEPTORS);
  for (const each of made.dependencies) linking.link(each, made.definition.className, made.instance);
  // Links that are for other services are no problem here.
  const problem = linking.problems([]).find(({ kind }) => kind !== "unused-link");
  if (problem !== undefined) throw invalidArgument(problem.message);
  return { ...made, dependsOn: idsOf(made.dependencies) };
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

function make(
  service: ServiceClass,
  layers: ConfigurationLayers,
  ofGraph: ResolvedInterceptors,
): Omit<ServiceNode, "dependsOn"> {
  const declared = requireDefinition(service);
  const { made, configured } = configureService(declared, layers, () => construct(service));
  const settled = withSettings(declared, configured.settings);
  // Here, so that they are there however the graph is run: in one process, in many, or a part of it.
  const definition = { ...settled, interceptors: within(settled.interceptors, ofGraph) };
  return { kind: "class", service, definition, declared, ...made, configured };
}

function idsOf(dependencies: readonly Dependency[]): string[] {
  const inside = dependencies.filter((dependency) => dependency.service !== null);
  return [...new Set(inside.map(({ target }) => `${target.namespace}.${target.component}`))];
}

function commandNode(service: CommandService, layers: ConfigurationLayers): CommandNode {
  const { definition: declared, dependsOn } = service;
  const ids = dependsOn.map((each) => (isCommandService(each) ? each.definition : requireDefinition(each)).id);
  const { configured } = configureService(declared, layers, () => service);
  const definition = programWithSettings(declared, configured.settings);
  return { kind: "command", definition, declared, dependsOn: ids, configured };
}

function requireDefinition(service: ServiceClass): ServiceDefinition {
  const definition = definitionOf(service);
  if (definition !== null) return definition;
  const name = typeof service === "function" && service.name !== "" ? service.name : String(service);
  throw invalidArgument(`${name} is not a service; a service is a class with @service.`);
}
