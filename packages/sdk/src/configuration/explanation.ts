import type { ServiceDefinition } from "../definition/service-definition.ts";
import { pathText } from "./config-path.ts";
import {
  type ConfigMap,
  configMap,
  type ConfigNode,
  type Layer,
  nodeAt,
  overlay,
  type Origin,
  valueOf,
} from "./config-tree.ts";
import type { ConfigurationField } from "./configuration-field.ts";
import type { SectionLayer } from "./configuration-layers.ts";
import type { ConfiguredService } from "./configured-service.ts";
import { readSection } from "./read-section.ts";
import { isSecretAt, type JsonSchema } from "./schema-description.ts";
import { isPlainObject, valueNode } from "./text-node.ts";

/** What a layer says of a value. */
export interface Said {
  readonly layer: Layer;
  /** Where it was written; empty for a default. */
  readonly where: string;
  readonly value: unknown;
}

/** Why a setting has the value that it has. */
export interface Explanation {
  /** The class. */
  readonly service: string;
  /** Below the service: `model.size`. */
  readonly path: string;
  readonly value: unknown;
  /** All that say something of it, the strongest first: that one counts, the others are shadowed. */
  readonly said: readonly Said[];
  /** Whether its schema says `writeOnly`: then no value is shown. */
  readonly isSecret?: boolean;
}

/** What stands in place of a value that is not to be shown. */
export const SECRET = "(secret)";

/** What the class says of its settings, with the defaults. */
type DeclaredDefinition = Pick<ServiceDefinition, "className" | "workers"> & Partial<ServiceDefinition>;

function declaredSettings(definition: DeclaredDefinition): {
  defaults: ConfigMap;
  decorator: ConfigMap;
} {
  const origin: Origin = { layer: "decorator", where: "@service" };
  const { workers, env, labels, resources, limits, timeoutMs } = definition;
  const values = {
    workers: workers === 1 ? undefined : workers,
    env: filled(env),
    labels: filled(labels),
    resources: filled(saidOnly({ ...resources })),
    limits: filled(saidOnly({ ...limits, timeoutMs: timeoutMs ?? null })),
  };
  const none: Origin = { layer: "default", where: "" };
  return {
    defaults: valueNode({ workers: 1 }, none) as ConfigMap,
    decorator: valueNode(values, origin) as ConfigMap,
  };
}

/** Explains every value of a service, in the order of its layers. */
export function explainService(definition: DeclaredDefinition, configured: ConfiguredService): Explanation[] {
  const { className } = definition;
  const { defaults, decorator } = declaredSettings(definition);
  const layers: SectionLayer[] = [
    { layer: "default", section: overlay(defaults, defaultValues(configured.fields)) as ConfigMap },
    {
      layer: "decorator",
      section: configured.fields.reduce((map, { declared }) => overlay(map, declared) as ConfigMap, decorator),
    },
    ...configured.layers,
  ];
  const secrets = configured.fields.flatMap(({ described }): JsonSchema[] => (described === null ? [] : [described]));
  const paths = new Map<string, string[]>();
  for (const { section } of layers) for (const path of leafPaths(section)) paths.set(pathText(path), path);
  return [...paths].flatMap(([text, path]) => {
    const isSecret = secrets.some((schema) => isSecretAt(schema, path));
    const said = layers.toReversed().flatMap(({ layer, section }): Said[] => {
      const node = nodeAt(section, path);
      if (node === undefined) return [];
      const value = isSecret ? SECRET : valueAsRead(node, configured.fields);
      return [{ layer, where: node.origin.where, value }];
    });
    const [first] = said;
    // A value that a stronger layer has replaced as a whole is no value any more.
    if (first === undefined || isReplaced(layers, path, first.layer)) return [];
    // An empty map that another layer fills is told by what is in it.
    if (layers.some(({ section }) => isFilledMap(nodeAt(section, path)))) return [];
    return [{ service: className, path: text, value: first.value, said, ...(isSecret ? { isSecret } : {}) }];
  });
}

/** The value as the schemas have read it. */
function valueAsRead(node: ConfigNode, fields: readonly ConfigurationField[]): unknown {
  const field = fields.find(({ choices }) => choices.has(node));
  return valueOf(node, field?.choices);
}

/** Whether a layer above says something else in place of a map around the path. */
function isReplaced(layers: readonly SectionLayer[], path: readonly string[], by: Layer): boolean {
  const above = layers.slice(layers.findIndex(({ layer }) => layer === by) + 1);
  return above.some(({ section }) =>
    path.some((_key, depth) => {
      const node = nodeAt(section, path.slice(0, depth));
      return node !== undefined && node.kind !== "map";
    }),
  );
}

/** What the schemas fill in where nobody says anything. */
function defaultValues(fields: readonly ConfigurationField[]): ConfigMap {
  const origin: Origin = { layer: "default", where: "" };
  let all = configMap(origin);
  for (const field of fields) {
    const output: unknown = field.output;
    if (!isPlainObject(output)) continue;
    const found = Object.keys(output).flatMap((key): [string, ConfigNode][] => {
      const value = defaultOf(field, key);
      return value === undefined ? [] : [[key, valueNode(value, origin)]];
    });
    all = overlay(all, configMap(origin, found)) as ConfigMap;
  }
  return all;
}

/** What a key has without anybody's word; undefined if it must be given. */
function defaultOf({ schema, section, output }: ConfigurationField, key: string): unknown {
  if (!section.entries.has(key)) return (output as Record<string, unknown>)[key];
  const rest = configMap(
    section.origin,
    [...section.entries].filter(([each]) => each !== key),
  );
  const read = readSection(schema, rest);
  return read?.ok === true && isPlainObject(read.output) ? read.output[key] : undefined;
}

function isFilledMap(node: ConfigNode | undefined): boolean {
  return node?.kind === "map" && node.entries.size > 0;
}

function leafPaths(node: ConfigNode, path: string[] = []): string[][] {
  if (node.kind !== "map" || (node.entries.size === 0 && path.length > 0)) return path.length === 0 ? [] : [path];
  return [...node.entries].flatMap(([key, each]) => leafPaths(each, [...path, key]));
}

function filled(value: object | undefined): object | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value;
}

function saidOnly(resources: object | undefined): object | undefined {
  return Object.fromEntries(Object.entries(resources ?? {}).filter(([, value]) => value !== null && value !== 0));
}
