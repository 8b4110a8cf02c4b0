import { type RunningGraph, startGraph } from "./running-graph.ts";

/** Starts the hello-world graph: Frontend, Middle and Backend, each in a process of its own. */
export function startHelloWorld(port: number, log: (line: string) => void): Promise<RunningGraph> {
  return startGraph({ target: "apps/examples/hello-world/frontend.ts#Frontend", port, log });
}
