import { UsageError } from "../cli/usage-error.ts";
import type { ConfigurationSources } from "../configuration/load-layers.ts";
import type { GraphSource } from "../graph/graph-source.ts";
import type { DescribedGraph } from "../supervision/messages.ts";
import { type ChildExit, type ChildOutput, ChildProcess } from "./child-process.ts";
import { launchTask } from "./launch.ts";
import { exitText } from "./worker.ts";

/** Loads a graph in a process of its own, so that nothing of the user's code runs in the supervisor. */
export async function describeTarget(
  { target, child: program }: Pick<GraphSource, "target" | "child">,
  sources: ConfigurationSources,
  environment: Record<string, string | undefined>,
  output: ChildOutput,
  started: (child: ChildProcess) => void,
): Promise<DescribedGraph> {
  let described: DescribedGraph | null = null;
  let failure: { readonly message: string; readonly usage?: boolean } | null = null;
  const launch = launchTask(program, { task: "describe", target, sources }, environment);
  const child = new ChildProcess(launch, output, (message) => {
    if (message.type === "graph") described = message;
    if (message.type === "failed") failure = message;
  });
  started(child);
  const exit: ChildExit = await child.exited;
  if (described !== null) return described;
  const { message, usage = false } = (failure as { message: string; usage?: boolean } | null) ?? {
    message: `${target} could not be loaded: ${exitText(exit)}.`,
  };
  throw usage ? new UsageError(message) : new Error(message);
}
