import { fileURLToPath } from "node:url";

import { fileSource, type GraphSource } from "../graph/graph-source.ts";

const CHILD = fileURLToPath(new URL("../supervisor/child.ts", import.meta.url));

/** The graph that a command is about: that which this program carries, else that which the command line names. */
export function commandSource(own: OwnProgram | null, target = ""): GraphSource {
  return own?.source ?? fileSource(target, CHILD);
}

/** A program that carries its graph, and has the commands of `stator` for it. */
export interface OwnProgram {
  readonly name: string;
  readonly version: string;
  readonly source: GraphSource;
}
