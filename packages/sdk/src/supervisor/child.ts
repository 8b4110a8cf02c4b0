/** What the supervisor starts for a graph in a file: `bun child.ts <task>`. */
import { loadGraph } from "../graph/load-graph.ts";
import { runChild } from "./run-child.ts";

await runChild(process.argv[2], loadGraph);
