import { explainService } from "../configuration/explanation.ts";
import { mergedEnvironment, mergedResources } from "../configuration/service-settings.ts";
import { settingsDocument } from "../configuration/settings-document.ts";
import { declaredResources, type GraphNode } from "../graph/service-graph.ts";
import type { ServiceDescription } from "../supervision/messages.ts";

/** What the supervisor has to know of a graph, in the same order. */
export function describeGraph(nodes: readonly GraphNode[]): ServiceDescription[] {
  return nodes.map((node) => {
    const { definition, configured, dependsOn } = node;
    const { className, id, component } = definition;
    const { settings, fields } = configured;
    const endpoints = node.kind === "class" ? node.definition.endpoints : [];
    const { env = {}, labels = {} } = definition as {
      readonly env?: Readonly<Record<string, string>>;
      readonly labels?: Readonly<Record<string, string>>;
    };
    return {
      className,
      id,
      component,
      workers: settings.workers ?? definition.workers,
      http: endpoints.some((endpoint) => endpoint.http !== null),
      port: settings.port ?? null,
      resources: mergedResources(className, declaredResources(definition), settings.resources),
      labels: { ...labels, ...settings.labels },
      env: mergedEnvironment(env, settings.env),
      endpoints: endpoints.map(({ name }) => name),
      dependsOn,
      settings: settingsDocument(fields, settings),
      explanations: explainService(definition, configured),
      command: node.kind === "command" ? node.definition.command : null,
    };
  });
}
