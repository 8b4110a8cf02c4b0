import { availableParallelism } from "node:os";

import { UsageError } from "../cli/usage-error.ts";
import { isNameOf } from "../configuration/layer-entry.ts";
import { suggestion } from "../definition/nearest-name.ts";
import { findGpus, type GpuInventory } from "../resources/gpu-inventory.ts";
import { GpuPool } from "../resources/gpu-pool.ts";
import type { ServiceDescription } from "../supervision/messages.ts";

/** What is to run: dependencies first. */
export interface PlannedService {
  readonly description: ServiceDescription;
  /** The GPUs of each worker: as many lists as there are workers. */
  readonly gpus: readonly (readonly string[])[];
  readonly workers: number;
  /** Null for a service without HTTP. */
  readonly port: number | null;
}

/** What the command line says about the whole graph. */
export interface PlanOptions {
  /** Of the graph's root; further services with HTTP take the next ones. */
  readonly port: number;
  /** Names of the services to run; empty for all. */
  readonly only: readonly string[];
  /** The GPUs that there are; null to look for those of this machine. */
  readonly gpus: GpuInventory | null;
  /** Whether GPUs may have more workers than they are there for. */
  readonly oversubscribe: boolean;
  /** What `auto` means for a service without a GPU. Default: the cores that this process may use. */
  readonly cores?: number;
}

/** A plan with the GPUs that are left. */
export interface Plan {
  readonly services: readonly PlannedService[];
  readonly pool: GpuPool;
}

/** Decides what runs: how many workers, on which ports, with which GPUs. The root stands last. */
export function planWorkers(services: readonly ServiceDescription[], options: PlanOptions): Plan {
  const chosen = new Set(options.only.map((name) => findService(services, name, "--only")));
  const running = services.filter((each) => chosen.size === 0 || chosen.has(each));
  const ports = planPorts(services, running, options.port);
  const needs = running.filter(({ resources }) => resources.gpu > 0);
  const pool = new GpuPool(needs.length === 0 ? [] : (options.gpus ?? findGpus()), options.oversubscribe);
  const counts = new Map<ServiceDescription, number>();
  const autos = needs.filter(({ workers }) => workers === "auto");
  const given = new Map<ServiceDescription, string[][]>();
  // Those with a number come first, so that `auto` gets what is left.
  for (const each of running.toSorted((a, b) => Number(a.workers === "auto") - Number(b.workers === "auto"))) {
    const count = countOf(each, pool, autos, options);
    counts.set(each, count);
    given.set(
      each,
      Array.from({ length: count }, (_, index) => gpusFor(each, index, count, pool)),
    );
  }
  return {
    pool,
    services: running.map((description) => ({
      description,
      workers: counts.get(description) ?? 1,
      gpus: given.get(description) ?? [],
      port: ports.get(description) ?? null,
    })),
  };
}

/** The service that people mean by a name. */
export function findService<T extends ServiceDescription>(services: readonly T[], name: string, where: string): T {
  const found = services.find((each) => isNameOf(name, each));
  if (found !== undefined) return found;
  const known = services.map((each) => each.className);
  throw new UsageError(`${where}: the graph has no service "${name}"; ${suggestion(name, known)}`);
}

function countOf(
  service: ServiceDescription,
  pool: GpuPool,
  autos: readonly ServiceDescription[],
  { cores = availableParallelism() }: PlanOptions,
): number {
  if (service.workers !== "auto") return service.workers;
  const { gpu } = service.resources;
  if (gpu === 0) return cores;
  // Several such services share what is left evenly, in the order of the graph.
  const left = autos.length - autos.indexOf(service);
  return Math.max(1, Math.floor(pool.room(gpu) / left));
}

/** The GPUs of one worker. Throws when there are not enough. */
export function gpusFor(
  { className, resources: { gpu } }: ServiceDescription,
  index: number,
  count: number,
  pool: GpuPool,
): string[] {
  const taken = pool.take(gpu);
  if (taken !== null) return taken;
  throw new UsageError(
    `${className}: ${count} ${count === 1 ? "worker" : "workers"} with ${gpu} GPU each need more than there is: ${pool.text} there, ` +
      `and worker ${index} gets none. Start fewer, or share them with --oversubscribe; STATOR_GPUS=0,1 says which there are.`,
  );
}

/** The HTTP port of each service that has one: its own, else the next one after the root's. */
export function planPorts(
  services: readonly ServiceDescription[],
  running: readonly ServiceDescription[],
  port: number,
): Map<ServiceDescription, number> {
  const withHttp = services.filter((each) => each.http).toReversed();
  const ports = new Map(withHttp.map((each, index) => [each, each.port ?? (port === 0 ? 0 : port + index)]));
  const taken = new Map<number, string>();
  for (const each of running) {
    if (each.port !== null && !each.http) {
      throw new UsageError(`${each.className}.port: ${each.className} has no @api method and no @onRequest.`);
    }
    const own = ports.get(each) ?? 0;
    const other = own === 0 ? undefined : taken.get(own);
    if (other !== undefined) {
      throw new UsageError(`${other} and ${each.className} both have port ${own}; set --${each.className}.port.`);
    }
    taken.set(own, each.className);
  }
  return ports;
}
