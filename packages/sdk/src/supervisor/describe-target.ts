import { type ChildExit, type ChildOutput, ChildProcess } from "./child-process.ts";
import { launchTask } from "./launch.ts";
import type { ServiceDescription } from "../supervision/messages.ts";
import { exitText } from "./worker.ts";

/** Loads a graph in a process of its own, so that nothing of the user's code runs in the supervisor. */
export async function describeTarget(
  target: string,
  environment: Record<string, string | undefined>,
  output: ChildOutput,
  started: (child: ChildProcess) => void,
): Promise<ServiceDescription[]> {
  let services: readonly ServiceDescription[] | null = null;
  let failure: string | null = null;
  const child = new ChildProcess(launchTask({ task: "describe", target }, environment), output, (message) => {
    if (message.type === "graph") services = message.services;
    if (message.type === "failed") failure = message.message;
  });
  started(child);
  const exit: ChildExit = await child.exited;
  if (services === null) throw new Error(failure ?? `${target} could not be loaded: ${exitText(exit)}.`);
  return [...(services as readonly ServiceDescription[])];
}
