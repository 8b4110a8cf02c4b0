import { readFileSync } from "node:fs";

import { DistributedRuntime } from "@stator/runtime-native";

import manifest from "../../package.json" with { type: "json" };
import { runFolder } from "../control/run-folder.ts";
import { runningGraphs } from "../control/running-graphs.ts";
import { discoveryName } from "../discovery/list-instances.ts";
import { findGpus } from "../resources/gpu-inventory.ts";
import { freePort } from "../supervisor/free-port.ts";
import { failed, type Finding, ok, warning } from "./finding.ts";

type Environment = Record<string, string | undefined>;

/** How long discovery may take. */
const LIMIT_MS = 10_000;

/** Few streams need more open files; a worker with ten thousand callers does. */
const FEW_FILES = 4096;

/** Checks what services need on this machine. */
export async function diagnose(environment: Environment, port: number): Promise<Finding[]> {
  return [
    checkBun(),
    await checkAddon(),
    await checkDiscovery(environment),
    await checkPort(environment, port),
    checkRunFolder(environment),
    await checkGraphs(),
    checkGpus(environment),
    ...checkOpenFiles(),
  ];
}

function checkBun(): Finding {
  const wanted = manifest.engines.bun;
  if (Bun.semver.satisfies(Bun.version, wanted)) return ok("bun", `version ${Bun.version}`);
  return failed("bun", `version ${Bun.version}, and ${wanted} is needed`, "Install a newer Bun.");
}

async function checkAddon(): Promise<Finding> {
  try {
    // In memory: nothing but the addon itself is needed.
    const runtime = await DistributedRuntime.create({ discovery: "memory" });
    await runtime.shutdown();
    return ok("addon", `loaded on ${process.platform} ${process.arch}`);
  } catch (error) {
    return failed("addon", error, "Build it: bun run build, or install @stator/runtime-native for this platform.");
  }
}

async function checkDiscovery(environment: Environment): Promise<Finding> {
  const name = discoveryName(environment);
  const before = { ...process.env };
  Object.assign(process.env, environment);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${LIMIT_MS} ms`)), LIMIT_MS);
  try {
    const started = performance.now();
    const runtime = await Promise.race([DistributedRuntime.create(), late.promise]);
    await runtime.shutdown();
    return ok("discovery", `${name}, joined within ${Math.round(performance.now() - started)} ms`);
  } catch (error) {
    return failed(
      "discovery",
      `${name}: ${error instanceof Error ? error.message : String(error)}`,
      "Look at DYN_DISCOVERY_BACKEND, DYN_FILE_KV and ETCD_ENDPOINTS.",
    );
  } finally {
    clearTimeout(timer);
    for (const key of Object.keys(environment)) if (!(key in before)) delete process.env[key];
    Object.assign(process.env, before);
  }
}

async function checkPort({ DYN_HTTP_HOST: host = "127.0.0.1" }: Environment, port: number): Promise<Finding> {
  try {
    await freePort(host, port);
    return ok("port", `${port} on ${host} is free`);
  } catch (error) {
    const message = error instanceof Error ? (error.message.split(";")[0] ?? "") : String(error);
    const graphs = await runningGraphs().catch(() => []);
    const ours = graphs.find(({ status: { url } }) => url !== null && new URL(url).port === String(port));
    if (ours !== undefined) return ok("port", `${port} on ${host} is that of ${ours.status.target}, which runs`);
    return warning("port", message, "Choose another with --port, or end what has it; 0 takes any.");
  }
}

function checkRunFolder(environment: Environment): Finding {
  try {
    return ok("control sockets", runFolder(environment));
  } catch (error) {
    return failed("control sockets", error, "Set STATOR_RUN_DIR to a folder of your own.");
  }
}

async function checkGraphs(): Promise<Finding> {
  const graphs = await runningGraphs().catch(() => []);
  const held = graphs.flatMap(({ status }) =>
    status.services.flatMap(({ className, workers }) =>
      workers.some(({ state }) => state === "held-back") ? [`${className} of ${status.target}`] : [],
    ),
  );
  if (held.length === 0) return ok("graphs", `${graphs.length} running`);
  return warning(
    "graphs",
    `${held.join(", ")} keeps failing and is held back`,
    "See stator logs, then stator restart <service>.",
  );
}

function checkGpus(environment: Environment): Finding {
  const gpus = findGpus(environment);
  return ok("gpus", gpus.length === 0 ? "none" : gpus.join(", "));
}

/** Linux alone tells. */
function checkOpenFiles(): Finding[] {
  try {
    const [, limit = ""] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    const name = "open files";
    if (limit === "" || Number(limit) >= FEW_FILES) return limit === "" ? [] : [ok(name, `up to ${limit}`)];
    return [warning(name, `up to ${limit}`, `Raise the limit for many callers at once: ulimit -n ${FEW_FILES * 4}`)];
  } catch {
    return [];
  }
}
