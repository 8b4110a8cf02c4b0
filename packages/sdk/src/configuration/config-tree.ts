/** The layers of a configuration, the weakest first. */
export const LAYERS = ["default", "decorator", "file", "profile", "environment", "command line"] as const;
export type Layer = (typeof LAYERS)[number];

/** Where a value was written, for people: `config.yaml:12:5`, `STATOR_WORKER__MAX_TOKENS`, `--Worker.maxTokens`. */
export interface Origin {
  readonly layer: Layer;
  readonly where: string;
}

/** A value that may be read in several ways: the schema decides. */
export interface ConfigLeaf {
  readonly kind: "leaf";
  /** At least one; the likeliest first. */
  readonly readings: readonly unknown[];
  readonly origin: Origin;
}

export interface ConfigMap {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, ConfigNode>;
  readonly origin: Origin;
  /** What it was written as where it may be text as well. */
  readonly source?: string;
}

export interface ConfigList {
  readonly kind: "list";
  readonly items: readonly ConfigNode[];
  readonly origin: Origin;
  /** What it was written as where it may be text as well. */
  readonly source?: string;
}

/** What a layer says, before anybody knows of which type it should be. */
export type ConfigNode = ConfigLeaf | ConfigMap | ConfigList;

/** A map of this layer. */
export function configMap(origin: Origin, entries: Iterable<readonly [string, ConfigNode]> = []): ConfigMap {
  return { kind: "map", entries: new Map(entries), origin };
}

/** A value whose type is certain. */
export function configLeaf(origin: Origin, ...readings: readonly unknown[]): ConfigLeaf {
  return { kind: "leaf", readings, origin };
}

/** Lays `upper` over `lower`: maps are merged at every depth, everything else is replaced. */
export function overlay(lower: ConfigNode, upper: ConfigNode): ConfigNode {
  if (lower.kind !== "map" || upper.kind !== "map") return upper;
  const entries = new Map(lower.entries);
  for (const [key, node] of upper.entries) {
    const below = entries.get(key);
    entries.set(key, below === undefined ? node : overlay(below, node));
  }
  return { ...upper, entries };
}

/** The map without some of its keys, or with them alone. */
export function pick(map: ConfigMap, wanted: (key: string) => boolean): ConfigMap {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => wanted(key))) };
}

/** What stands at a path; undefined if nothing does. */
export function nodeAt(node: ConfigNode, path: readonly PropertyKey[]): ConfigNode | undefined {
  let at: ConfigNode | undefined = node;
  for (const key of path) {
    if (at?.kind === "map") at = at.entries.get(String(key));
    else if (at?.kind === "list") at = at.items[Number(key)];
    else return undefined;
  }
  return at;
}

/** A map that holds `node` at `path`. */
export function nested(path: readonly string[], node: ConfigNode): ConfigNode {
  return path.reduceRight<ConfigNode>((inner, key) => configMap(node.origin, [[key, inner]]), node);
}

/** How far along its readings each node is. */
export type Choices = ReadonlyMap<ConfigNode, number>;

const NONE: Choices = new Map();

/** How many ways there are to read a node. */
export function readingCount(node: ConfigNode): number {
  return node.kind === "leaf" ? node.readings.length : node.source === undefined ? 1 : 2;
}

/** The plain value of a node, each part read as chosen; by default as is likeliest. */
export function valueOf(node: ConfigNode, choices: Choices = NONE): unknown {
  const choice = choices.get(node) ?? 0;
  if (node.kind === "leaf") return node.readings[choice];
  if (choice > 0) return node.source;
  if (node.kind === "list") return node.items.map((item) => valueOf(item, choices));
  // Defines `__proto__` as a key like all others.
  return Object.fromEntries([...node.entries].map(([key, each]) => [key, valueOf(each, choices)]));
}
