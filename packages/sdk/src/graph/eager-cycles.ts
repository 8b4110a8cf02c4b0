import type { GraphProblem } from "./graph-problem.ts";
import type { GraphNode } from "./service-graph.ts";

/**
 * Circles that nobody has asked for: links made them. One that is wanted has `depends(() => X)` in it, on one side at least.
 */
export function eagerCycles(nodes: readonly GraphNode[]): GraphProblem[] {
  const names = new Map(nodes.map(({ definition }) => [definition.id, definition.className]));
  const edges = new Map(nodes.map((node) => [node.definition.id, eagerTargets(node)]));
  const done = new Set<string>();
  const found: GraphProblem[] = [];
  const visit = (id: string, path: readonly string[]): void => {
    const start = path.indexOf(id);
    if (start !== -1) {
      const circle = [...path.slice(start), id].map((each) => names.get(each) ?? each).join(" -> ");
      const message = `${circle} is a circle; where it is wanted, write depends(() => X) on one side.`;
      found.push({ kind: "cyclic", where: names.get(id) ?? id, message });
      return;
    }
    if (done.has(id)) return;
    for (const target of edges.get(id) ?? []) visit(target, [...path, id]);
    done.add(id);
  };
  for (const { definition } of nodes) visit(definition.id, []);
  return found;
}

function eagerTargets(node: GraphNode): string[] {
  if (node.kind === "command") return [...node.dependsOn];
  const eager = node.dependencies.filter(({ isLazy, service }) => !isLazy && service !== null);
  return [...new Set(eager.map(({ target }) => `${target.namespace}.${target.component}`))];
}
