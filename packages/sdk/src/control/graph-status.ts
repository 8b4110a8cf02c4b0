import type { WorkerState } from "../supervisor/worker.ts";

/** A running graph, as its supervisor describes it. */
export interface GraphStatus {
  /** Of the supervisor. */
  readonly pid: number;
  /** `<file>#<Name>` as it was given. */
  readonly target: string;
  /** The folder that it was started in. */
  readonly folder: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly state: "starting" | "running" | "stopping";
  readonly url: string | null;
  /** Where health and metrics of the whole graph are asked for; null if nowhere. */
  readonly systemUrl: string | null;
  readonly services: readonly ServiceStatus[];
}

export interface ServiceStatus {
  readonly id: string;
  readonly className: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly endpoints: readonly string[];
  readonly workers: readonly WorkerStatus[];
}

export interface WorkerStatus {
  readonly index: number;
  readonly state: WorkerState;
  readonly pid: number | null;
  /** In decimal. */
  readonly instanceId: string | null;
  readonly url: string | null;
  /** `IP:port` of its own health and metrics; null if it has none. */
  readonly systemAddress: string | null;
  readonly gpus: readonly string[];
  readonly restarts: number;
  /** ISO 8601. */
  readonly startedAt: string;
}
