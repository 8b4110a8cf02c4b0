import type { Graph } from "./graph.ts";
import { loadGraph } from "./load-graph.ts";

/** Where a graph comes from, and which program the processes of its services run. */
export interface GraphSource {
  /** What people know it by: `<file>#<Name>`, or the name of the program that carries it. */
  readonly target: string;
  /** The program of the children, and what stands before their task on its command line. */
  readonly child: readonly string[];
  /** Loads the graph into this process. */
  load(): Promise<Graph>;
}

/** A graph that `<file>#<Name>` names. `childFile` is our own program that loads it again. */
export function fileSource(target: string, childFile: string): GraphSource {
  return { target, child: [process.execPath, childFile], load: () => loadGraph(target) };
}
