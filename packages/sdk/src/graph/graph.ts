import { ConfigurationLayers } from "../configuration/configuration-layers.ts";
import { checkOptions } from "../definition/check-options.ts";
import { type GraphService, isCommandService } from "../definition/command-service.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { readInterceptors } from "../definition/read-interceptors.ts";
import { definitionOf } from "../definition/service-definition.ts";
import { type Interceptors, NO_INTERCEPTORS, within } from "../interceptor/interceptor.ts";
import { checkGraph, type GraphCheckOptions } from "./check-graph.ts";
import { drawMermaid } from "./draw-mermaid.ts";
import { drawSvg } from "./draw-svg.ts";
import { graphEdges } from "./graph-edges.ts";
import type { GraphLink } from "./graph-link.ts";
import type { GraphProblem } from "./graph-problem.ts";
import type { CheckedLink, Linkable, LinkableFields, ServiceOf } from "./graph-types.ts";
import { type GraphNode, type GraphParts, resolveGraph } from "./service-graph.ts";

/** How a service is linked. */
export interface LinkOptions<Fields extends string = string> {
  /** The field that it is for, or several: `engine`, or `Processor.engine` where two services have one of that name. */
  as: Fields | readonly Fields[];
}

// Registered, so that two copies of this package in one process still understand each other.
const GRAPH = Symbol.for("@stator/sdk/graph");

/**
 * Services that belong together. A graph is a value: `link`, `elsewhere` and `use` give a new one and leave this one as
 * it was, so that several graphs can be made of the same classes.
 */
export class Graph<Services = unknown> {
  /** @internal */
  readonly [GRAPH] = true;
  /** @internal For the types only. */
  declare readonly services?: Services;
  /** @internal */
  readonly parts: GraphParts & Required<Pick<GraphParts, "links" | "elsewhere" | "interceptors">>;

  /** @internal Use `graph`. */
  constructor(parts: Graph["parts"]) {
    this.parts = Object.freeze(parts);
    Object.freeze(this);
  }

  /**
   * Puts a service where services of this graph depend on it: on the class itself, on a class that it extends, or on its
   * contract. A service that fits several fields of one class needs `{ as: "field" }`.
   */
  link<L extends Linkable>(service: L & CheckedLink<Services, L>): Graph<Services | ServiceOf<L>>;
  link<L extends Linkable>(
    service: L,
    options: LinkOptions<LinkableFields<Services, L> | (string & {})>,
  ): Graph<Services | ServiceOf<L>>;
  link<L extends Linkable>(service: unknown, options?: LinkOptions): Graph<Services | ServiceOf<L>> {
    const checked = checkService("link", service);
    if (options !== undefined) checkOptions("link", options, ["as"]);
    const as: readonly string[] = options === undefined ? [] : [options.as].flat();
    if (options !== undefined && (as.length === 0 || !as.every((each) => typeof each === "string" && each !== ""))) {
      throw invalidArgument('link: as is the name of a field, or a list of them: { as: "engine" }.');
    }
    const link: GraphLink = { service: checked, as };
    return new Graph({ ...this.parts, links: [...this.parts.links, link] });
  }

  /** Leaves a service out: it runs elsewhere, and calls find it through discovery. */
  elsewhere(service: Linkable): Graph<Services> {
    const elsewhere = [...this.parts.elsewhere, checkService("elsewhere", service)];
    return new Graph({ ...this.parts, elsewhere });
  }

  /**
   * Puts interceptors around all calls that the classes of this graph answer (`server`) and make (`client`), outside of
   * those of the services, in every process that runs a part of the graph. Those of an earlier `use` stand outside of
   * these. Programs of their own have none of them.
   *
   * @throws StatorError `invalid_argument` for what is no list of functions
   */
  use(interceptors: Interceptors): Graph<Services> {
    const own = readInterceptors("use", interceptors);
    return new Graph({ ...this.parts, interceptors: within(own, this.parts.interceptors) });
  }

  /**
   * Everything that would keep the graph from running: unresolved and ambiguous dependencies, circles that nobody has asked
   * for, links of the wrong type, GPUs that are not there, a configuration that does not fit. Starts nothing, but constructs
   * the classes.
   */
  check(options: GraphCheckOptions = {}): GraphProblem[] {
    return checkGraph(this.parts, options);
  }

  /** The graph as Mermaid draws it. */
  toMermaid(): string {
    return drawMermaid(graphEdges(this.nodes()));
  }

  /** The graph as a picture. */
  toSvg(): string {
    return drawSvg(graphEdges(this.nodes()));
  }

  /** @internal Its services, dependencies first. */
  nodes(layers: ConfigurationLayers = new ConfigurationLayers()): GraphNode[] {
    return resolveGraph(this.parts, layers);
  }
}

/** A graph that begins with this service and has all that it depends on: `graph(Frontend).link(Processor).link(Worker)`. */
export function graph<L extends Linkable>(root: L): Graph<ServiceOf<L>> {
  return new Graph({ roots: [checkService("graph", root)], links: [], elsewhere: [], interceptors: NO_INTERCEPTORS });
}

/** Whether a value is what `graph` gives. */
export function isGraph(value: unknown): value is Graph {
  return typeof value === "object" && value !== null && GRAPH in value;
}

function checkService(where: string, service: unknown): GraphService {
  if (isCommandService(service) || definitionOf(service) !== null) return service as GraphService;
  const name = typeof service === "function" && service.name !== "" ? service.name : String(service);
  throw invalidArgument(`${where}: ${name} is not a service; a service is a class with @service, or a commandService.`);
}
