import { LIMIT_OPTIONS, type ServiceLimitOptions } from "../definition/limits.ts";
import { readResources, type Resources, type ResourceOptions } from "../definition/resources.ts";
import { readEnvironment, readLabels } from "../definition/text-map.ts";
import { suggestion } from "../definition/nearest-name.ts";
import { type ConfigMap, type ConfigNode, nodeAt, pick, valueOf } from "./config-tree.ts";
import { configurationError } from "./configuration-error.ts";

/** How many processes a service has: a number, or as many as the machine carries. */
export type WorkerCount = number | "auto";

/** What every service can be told, beside its own configuration. What nobody said is left out. */
export interface ServiceSettings {
  readonly workers?: WorkerCount;
  readonly port?: number;
  /** Null takes a variable away. */
  readonly env?: Readonly<Record<string, string | null>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly resources?: ResourceOptions;
  readonly limits?: Readonly<ServiceLimitOptions>;
}

/** The largest number of workers. */
export const MOST_WORKERS = 1024;

/** The names of the settings. A configuration of a service's own cannot have a key of these. */
export const SETTINGS = ["workers", "port", "env", "labels", "resources", "limits"] as const;

const LIMITS = [...LIMIT_OPTIONS, "timeoutMs"] as const;

/** Reads what a section says of the settings; the rest of the section is the service's own. */
export function readSettings(service: string, section: ConfigMap): ServiceSettings {
  const settings: { -readonly [Name in keyof ServiceSettings]: ServiceSettings[Name] } = {};
  const at = (name: (typeof SETTINGS)[number]) => section.entries.get(name);
  const [workers, port, env, labels, resources, limits] = SETTINGS.map(at);
  if (workers !== undefined && valueOf(workers) !== "auto") {
    settings.workers = whole(workers, `${service}.workers`, 1, MOST_WORKERS, ' or "auto"');
  } else if (workers !== undefined) settings.workers = "auto";
  if (port !== undefined) settings.port = whole(port, `${service}.port`, 0, 65_535);
  if (env !== undefined) settings.env = environment(env, `${service}.env`);
  if (labels !== undefined) settings.labels = guarded(labels, () => readLabels(`${service}.labels`, texts(labels)));
  if (resources !== undefined) {
    const said: ResourceOptions = map(resources, `${service}.resources`);
    guarded(resources, () => void readResources(`${service}.resources`, said));
    settings.resources = said;
  }
  if (limits !== undefined) settings.limits = readLimitSettings(limits, `${service}.limits`);
  return settings;
}

function readLimitSettings(node: ConfigNode, where: string): ServiceLimitOptions {
  const said: ServiceLimitOptions = {};
  for (const [name, value] of Object.entries(map(node, where))) {
    const known = LIMITS.find((each) => each === name);
    if (known === undefined) {
      throw configurationError(node.origin.where, `${where}: unknown limit "${name}"; ${suggestion(name, LIMITS)}`);
    }
    const own = nodeAt(node, [name]) ?? node;
    const isRate = known === "perSecond" && typeof value === "number" && value > 0;
    said[known] = isRate ? value : whole(own, `${where}.${name}`, known === "queue" ? 0 : 1);
  }
  return said;
}

/** The environment of a service: what its class says, then what the layers say. */
export function mergedEnvironment(
  declared: Readonly<Record<string, string>>,
  env: ServiceSettings["env"] = {},
): Record<string, string> {
  const merged = new Map<string, string>(Object.entries(declared));
  for (const [name, value] of Object.entries(env)) {
    if (value === null) merged.delete(name);
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}

/** What a service needs: its class's word, and over it that of the layers. */
export function mergedResources(
  service: string,
  declared: Resources | undefined,
  said: ServiceSettings["resources"] = {},
): Resources {
  const own = readResources(`${service}.resources`, said);
  return {
    cpu: own.cpu ?? declared?.cpu ?? null,
    memory: own.memory ?? declared?.memory ?? null,
    gpu: said.gpu === undefined ? (declared?.gpu ?? 0) : own.gpu,
  };
}

/** The part of a section that is the service's own. */
export function ownPart(section: ConfigMap): ConfigMap {
  return pick(section, (key) => !(SETTINGS as readonly string[]).includes(key));
}

function environment(node: ConfigNode, where: string): Record<string, string | null> {
  const said = texts(node);
  const set = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
  guarded(node, () => void readEnvironment(where, set));
  return said as Record<string, string | null>;
}

/** Each value as the text that it was written as; null where it was written so. */
function texts(node: ConfigNode): Record<string, unknown> {
  if (node.kind !== "map") throw configurationError(node.origin.where, "a map of texts is expected here.");
  return Object.fromEntries(
    [...node.entries].map(([key, each]) => {
      if (each.kind !== "leaf") return [key, each.source];
      return [key, each.readings[0] === null ? null : each.readings.at(-1)];
    }),
  );
}

function map(node: ConfigNode, where: string): Record<string, unknown> {
  if (node.kind === "map") return valueOf(node) as Record<string, unknown>;
  throw configurationError(node.origin.where, `${where}: a map is expected here.`);
}

function whole(node: ConfigNode, where: string, min: number, max = Number.MAX_SAFE_INTEGER, or = ""): number {
  const value = valueOf(node);
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const shown = node.kind === "leaf" ? JSON.stringify(String(node.readings.at(-1))) : `a ${node.kind}`;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const origin = node.origin.where;
  const name = origin === `--${where}` ? "" : `${where}: `;
  throw configurationError(origin, `${name}${shown} is not a whole number ${range}${or}.`);
}

/** Says where it was written. */
function guarded<T>(node: ConfigNode, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw configurationError(node.origin.where, error instanceof Error ? error.message : String(error));
  }
}
