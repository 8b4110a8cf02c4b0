import { DistributedRuntime, type RuntimeOptions } from "@stator/runtime-native";
import type { TestBed } from "@stator/runtime-native/testing";

import type { ConfigurationLayers } from "../configuration/configuration-layers.ts";
import { processLayers } from "../configuration/load-layers.ts";
import { valueEntries } from "../configuration/value-entries.ts";
import { definitionOf, type ServiceClass } from "../definition/service-definition.ts";
import { requireClasses, resolveGraph, resolveService, type ServiceNode } from "../graph/service-graph.ts";
import { type Graph, isGraph } from "../graph/graph.ts";
import { HttpServer } from "../http/http-server.ts";
import { applyEnvironment } from "./apply-environment.ts";
import { type HostEnvironment, REAL } from "./host-environment.ts";
import { resolveServeOptions, type ServeServiceOptions } from "./serve-options.ts";
import { patienceOf } from "./service-checks.ts";
import { ServiceHost } from "./service-host.ts";
import { Serving } from "./serving.ts";
import { stopOnSignals } from "./stop-on-signals.ts";
import { SharedTelemetry } from "../telemetry/shared-telemetry.ts";
import { traceLogs } from "../tracing/log-trace.ts";
import { startFailure } from "../supervision/start-failure.ts";
import { Supervision } from "../supervision/supervision.ts";

/**
 * Runs services in this process: connects their dependencies, runs their start hooks, registers their endpoints, and
 * opens HTTP last. What they depend on must run elsewhere, or here with `withDependencies`; a graph brings all its services.
 *
 * A start that fails takes back what it had done and throws. A program that `stator serve` has started as a command tells
 * it when it is ready.
 */
export async function serve(
  services: ServiceClass | readonly ServiceClass[] | Graph,
  options: ServeServiceOptions = {},
): Promise<Serving> {
  const supervision = Supervision.take();
  const { drainMs = supervision.drainMs ?? undefined } = options;
  try {
    // Before the classes are constructed: their fields may read it.
    const set = new Set<string>();
    applyEnvironment(classesOf(services).map(definitionOf), set);
    const layers = serveLayers(options);
    const nodes = nodesToServe(services, options, layers);
    layers.check(
      nodes.map(({ definition }) => definition),
      { lenient: !isGraph(services) && options.withDependencies !== true },
    );
    const serving = await serveNodes(nodes, drainMs === undefined ? options : { ...options, drainMs }, set);
    reportReady(supervision, serving);
    return serving;
  } catch (error) {
    supervision.tell({ type: "failed", message: startFailure(error) });
    throw error;
  }
}

/** What configures the services of this process: its environment, and over it what `serve` was given. */
function serveLayers({ configuration = {} }: ServeServiceOptions): ConfigurationLayers {
  return processLayers().with(valueEntries(configuration, "serve({ configuration })"));
}

type Served = ServiceClass | readonly ServiceClass[] | Graph;

function classesOf(services: Served): readonly unknown[] {
  if (isGraph(services)) return [...services.parts.roots, ...services.parts.links.map(({ service }) => service)];
  return typeof services === "function" ? [services] : services;
}

function nodesToServe(
  services: Served,
  { withDependencies = false }: ServeServiceOptions,
  layers: ConfigurationLayers,
): ServiceNode[] {
  if (isGraph(services)) return requireClasses(services.nodes(layers));
  const list = typeof services === "function" ? [services] : services;
  if (withDependencies) return requireClasses(resolveGraph(list, layers));
  return list.map((service) => resolveService(service, layers));
}

/** What a test puts below services. */
export interface Underground {
  readonly environment?: HostEnvironment;
  readonly bed?: TestBed | null;
}

/** The same for services that have been constructed already. `set`: the variables that were set for that. */
export async function serveNodes(
  nodes: readonly ServiceNode[],
  options: ServeServiceOptions,
  set = new Set<string>(),
  { environment = REAL, bed = null }: Underground = {},
): Promise<Serving> {
  const resolved = resolveServeOptions(options);
  applyEnvironment(
    nodes.map((node) => node.definition),
    set,
  );
  const { interceptors } = resolved;
  const hosts = nodes.map(
    (node) => new ServiceHost(node.definition, node.instance, node.dependencies, interceptors, environment),
  );
  const http = HttpServer.for(hosts, resolved.http);
  traceLogs();
  const telemetry = await SharedTelemetry.open(nodes.at(-1)?.definition);
  const runtime = await created(resolved.runtime, telemetry, bed);
  const serving = new Serving(runtime, hosts, http, resolved.drainMs, telemetry);
  if (resolved.signals) stopOnSignals(serving);
  try {
    const ids = new Set(hosts.map((host) => host.definition.id));
    for (const host of hosts) await host.start(runtime, ids);
    for (const host of hosts) await host.register(runtime);
    await Promise.all(hosts.map((host) => host.findDependencies(ids)));
    const checks = hosts.map((host) => host.checks);
    const ask = (kind: "liveness" | "readiness") => Promise.all(checks.map((each) => each.ask(kind)));
    const answers = { liveness: () => ask("liveness"), readiness: () => ask("readiness") };
    // Not before: a start may block the event loop for as long as it takes to load a model.
    await runtime.answerProbes(answers, { patienceMs: patienceOf(checks) });
    http?.open(runtime);
    runtime.setHealthStatus(true);
  } catch (error) {
    await serving.stop().catch(() => undefined);
    throw error;
  }
  return serving;
}

async function created(
  options: RuntimeOptions,
  telemetry: SharedTelemetry | null,
  bed: TestBed | null,
): Promise<DistributedRuntime> {
  try {
    const runtime = await DistributedRuntime.create(options, bed);
    telemetry?.showIn(runtime.metrics);
    return runtime;
  } catch (error) {
    await telemetry?.close(0);
    throw error;
  }
}

/** Tells the supervisor of this process, if it has one, that it serves; again when it has another instance id. */
export function reportReady(supervision: Supervision, serving: Serving): void {
  const ready = (): void => {
    const { url, runtime } = serving;
    const { instanceId, systemAddress } = runtime;
    supervision.tell({ type: "ready", url, instanceId: instanceId.toString(), systemAddress });
  };
  serving.runtime.onInstanceId(ready);
  ready();
  supervision.beat();
}
