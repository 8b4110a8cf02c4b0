import type { ServiceNode } from "../graph/service-graph.ts";
import type { ServiceDescription } from "./messages.ts";

/** What the supervisor has to know of a graph, in the same order. */
export function describeGraph(nodes: readonly ServiceNode[]): ServiceDescription[] {
  return nodes.map(({ definition }) => ({
    className: definition.className,
    id: definition.id,
    component: definition.component,
    workers: definition.workers,
    http: definition.endpoints.some((endpoint) => endpoint.http !== null),
  }));
}
