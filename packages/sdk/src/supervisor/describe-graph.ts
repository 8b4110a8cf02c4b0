import type { GraphNode } from "../graph/service-graph.ts";
import type { ServiceDescription } from "../supervision/messages.ts";

/** What the supervisor has to know of a graph, in the same order. */
export function describeGraph(nodes: readonly GraphNode[]): ServiceDescription[] {
  return nodes.map((node) => {
    const { className, id, component, workers } = node.definition;
    return {
      className,
      id,
      component,
      workers,
      http: node.kind === "class" && node.definition.endpoints.some((endpoint) => endpoint.http !== null),
      command: node.kind === "command" ? node.definition.command : null,
    };
  });
}
