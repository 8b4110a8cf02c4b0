import type { GraphStatus, ServiceStatus, WorkerStatus } from "../control/graph-status.ts";
import { mergedMetrics } from "./merged-metrics.ts";

/** How long a worker may take to answer. Its core answers by itself, so that a blocked event loop is no reason to wait. */
const LIMIT_MS = 5_000;

/** How one service fares. */
export interface ServiceReport {
  readonly status: "ready" | "notready";
  /** Why not. */
  readonly message?: string;
}

/** A service is ready when one of its workers is: the others are being replaced, or are busy with something else. */
export async function serviceReport({ workers }: ServiceStatus): Promise<ServiceReport> {
  const ready = (await Promise.all(workers.map(isReady))).filter(Boolean).length;
  return ready > 0 ? { status: "ready" } : { status: "notready", message: `0 of ${workers.length} workers are ready` };
}

/** What all workers count, and which of them run. One that does not answer is left out. */
export async function graphMetrics({ services }: GraphStatus): Promise<string> {
  const workers = services.flatMap((service) => service.workers);
  const texts = await Promise.all(workers.map(async (worker) => (await ask(worker, "/metrics"))?.text() ?? ""));
  return mergedMetrics([ownMetrics(services), ...texts]);
}

function ownMetrics(services: readonly ServiceStatus[]): string {
  const rows = (name: string, value: (worker: WorkerStatus) => number): string[] =>
    services.flatMap(({ id, workers }) => {
      const [namespace = "", component = ""] = id.split(".");
      return workers.map((worker) => {
        const labels = `dynamo_namespace="${namespace}",dynamo_component="${component}",worker="${worker.index}"`;
        return `${name}{${labels}} ${value(worker)}`;
      });
    });
  return [
    "# HELP stator_worker_up Whether the worker runs.",
    "# TYPE stator_worker_up gauge",
    ...rows("stator_worker_up", ({ state }) => (state === "running" ? 1 : 0)),
    "# HELP stator_worker_restarts_total Times that the worker was started again after its end.",
    "# TYPE stator_worker_restarts_total counter",
    ...rows("stator_worker_restarts_total", ({ restarts }) => restarts),
    "",
  ].join("\n");
}

/** A program that has no system server is ready when it has said so. */
async function isReady(worker: WorkerStatus): Promise<boolean> {
  if (worker.state !== "running") return false;
  return worker.systemAddress === null || (await ask(worker, "/health")) !== null;
}

/** The answer of a worker's system server, if it is a good one. */
async function ask({ systemAddress }: WorkerStatus, path: string): Promise<Response | null> {
  if (systemAddress === null) return null;
  // One that listens everywhere is here, too.
  const address = systemAddress.replace(/^0\.0\.0\.0:/, "127.0.0.1:").replace(/^\[::\]:/, "[::1]:");
  try {
    const response = await fetch(`http://${address}${path}`, { signal: AbortSignal.timeout(LIMIT_MS) });
    return response.ok ? response : null;
  } catch {
    // It has just ended, or does not answer.
    return null;
  }
}
