import type { GraphStatus } from "../control/graph-status.ts";
import type { ServiceGroup } from "./service-group.ts";
import type { Worker } from "./worker.ts";

/** What a supervisor answers to those who ask what it runs. */
export function graphStatus(
  graph: Pick<GraphStatus, "target" | "state" | "url" | "systemUrl"> & { readonly startedAt: Date },
  groups: ReadonlyMap<string, ServiceGroup>,
): GraphStatus {
  return {
    ...graph,
    pid: process.pid,
    folder: process.cwd(),
    startedAt: graph.startedAt.toISOString(),
    services: [...groups.values()].map(({ description, workers }) => ({
      id: description.id,
      className: description.className,
      labels: description.labels,
      endpoints: description.endpoints,
      workers: workers.map(workerStatus),
    })),
  };
}

function workerStatus(worker: Worker): GraphStatus["services"][number]["workers"][number] {
  const { index, state, pid, ready, gpus, restarts, startedAt } = worker;
  return {
    index,
    state,
    pid,
    instanceId: ready?.instanceId ?? null,
    url: ready?.url ?? null,
    systemAddress: ready?.systemAddress ?? null,
    gpus,
    restarts,
    startedAt: new Date(startedAt).toISOString(),
  };
}
