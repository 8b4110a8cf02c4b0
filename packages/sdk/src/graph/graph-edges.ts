import { hasHttp } from "../definition/service-definition.ts";
import type { GraphNode } from "./service-graph.ts";

/** A graph as it is drawn. */
export interface GraphPicture {
  readonly services: readonly PicturedService[];
  readonly edges: readonly PicturedEdge[];
}

export interface PicturedService {
  readonly id: string;
  readonly name: string;
  /** Below the name, such as `2 workers`. */
  readonly notes: readonly string[];
  /** Whether it is part of the graph; what runs elsewhere is not. */
  readonly isInside: boolean;
}

export interface PicturedEdge {
  readonly from: string;
  readonly to: string;
}

/** What there is to draw. */
export function graphEdges(nodes: readonly GraphNode[]): GraphPicture {
  const services = new Map<string, PicturedService>();
  const edges = new Map<string, PicturedEdge>();
  // The front stands first.
  for (const node of nodes.toReversed()) {
    const { id, className } = node.definition;
    services.set(id, { id, name: className, notes: notesOf(node), isInside: true });
  }
  for (const node of nodes.toReversed()) {
    const from = node.definition.id;
    const targets = node.kind === "command" ? node.dependsOn.map((id) => ({ id, label: id })) : targetsOf(node);
    for (const { id, label } of targets) {
      if (!services.has(id)) services.set(id, { id, name: label, notes: ["elsewhere"], isInside: false });
      edges.set(`${from} ${id}`, { from, to: id });
    }
  }
  return { services: [...services.values()], edges: [...edges.values()] };
}

function targetsOf(node: Extract<GraphNode, { kind: "class" }>): { id: string; label: string }[] {
  return node.dependencies.map(({ target }) => ({
    id: `${target.namespace}.${target.component}`,
    label: target.label,
  }));
}

function notesOf(node: GraphNode): string[] {
  const workers = node.definition.workers;
  const notes = [node.definition.id];
  if (workers !== 1) notes.push(`${workers} workers`);
  if (node.kind === "command") notes.push(node.definition.command.argv[0]?.split("/").at(-1) ?? "");
  else if (hasHttp(node.definition)) notes.push("HTTP");
  return notes;
}
