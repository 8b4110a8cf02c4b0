import { explainService } from "../configuration/explanation.ts";
import { settingsDocument } from "../configuration/settings-document.ts";
import { hasHttp } from "../definition/service-definition.ts";
import { type GraphNode } from "../graph/service-graph.ts";
import type { ServiceDescription } from "../supervision/messages.ts";

/** What the supervisor has to know of a graph, in the same order. */
export function describeGraph(nodes: readonly GraphNode[]): ServiceDescription[] {
  return nodes.map((node) => {
    const { definition, configured, dependsOn } = node;
    const { className, id, component, workers, resources } = definition;
    const { settings, fields } = configured;
    const endpoints = node.kind === "class" ? node.definition.endpoints : [];
    return {
      className,
      id,
      component,
      workers,
      http: node.kind === "class" && hasHttp(node.definition),
      port: settings.port ?? null,
      resources,
      labels: node.kind === "class" ? node.definition.labels : {},
      defaultEnv: node.kind === "class" ? node.definition.env : {},
      env: settings.env ?? {},
      endpoints: endpoints.map(({ name }) => name),
      dependsOn,
      settings: settingsDocument(fields, settings),
      explanations: explainService(node.declared, configured),
      command: node.kind === "command" ? node.definition.command : null,
    };
  });
}
