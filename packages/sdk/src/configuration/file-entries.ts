import { suggestion } from "../definition/nearest-name.ts";
import { textOf } from "./config-file.ts";
import { configMap, type ConfigMap, type ConfigNode, type Layer, overlay, pick } from "./config-tree.ts";
import { configurationError } from "./configuration-error.ts";
import { isNameOf, type LayerEntry } from "./layer-entry.ts";

/** The keys of a file that are no services. */
export const FILE_KEYS = ["extends", "shared", "profiles", "$schema"] as const;

/** What a file says about services, shared blocks filled in; then what the profiles say. */
export function fileEntries(content: ConfigMap, profiles: readonly string[]): LayerEntry[] {
  const blocks = mapAt(content, "shared");
  const services = sections(content);
  const entries = [...services].map(([name, section]) => entry(name, withBlocks(section, blocks)));
  const known = mapAt(content, "profiles");
  let upper = blocks;
  for (const name of profiles) {
    const node = known.entries.get(name);
    if (node === undefined) {
      throw configurationError(
        "--profile",
        `there is no profile "${name}"; ${suggestion(name, [...known.entries.keys()])}`,
      );
    }
    const profile = relabelled(asMap(node), "profile");
    const changed = mapAt(profile, "shared");
    upper = overlay(upper, changed) as ConfigMap;
    // What a profile changes in a block reaches the services that take the block already.
    for (const [service, section] of services) {
      const taken = pick(section, (key) => key === "use");
      if (taken.entries.size > 0) entries.push(entry(service, withBlocks(relabelled(taken, "profile"), changed, true)));
    }
    for (const [service, section] of sections(profile)) entries.push(entry(service, withBlocks(section, upper)));
  }
  return entries;
}

function entry(name: string, section: ConfigMap): LayerEntry {
  return { origin: section.origin, name, section: (service) => (isNameOf(name, service) ? section : null) };
}

function sections(content: ConfigMap): Map<string, ConfigMap> {
  const found = [...content.entries].filter(([key]) => !(FILE_KEYS as readonly string[]).includes(key));
  return new Map(found.map(([key, node]) => [key, asMap(node)]));
}

/** The section over the blocks that its `use` names, of which the later ones are stronger. */
function withBlocks(section: ConfigMap, blocks: ConfigMap, lenient = false): ConfigMap {
  const own = pick(section, (key) => key !== "use");
  const below = blockNames(section).map((node) => {
    const name = textOf(node);
    const block = blocks.entries.get(name);
    if (block !== undefined) return pick(asMap(block), () => true);
    if (lenient) return configMap(section.origin);
    throw configurationError(
      node.origin.where,
      `there is no shared block "${name}"; ${suggestion(name, [...blocks.entries.keys()])}`,
    );
  });
  return below.reduceRight<ConfigMap>((upper, lower) => overlay(lower, upper) as ConfigMap, own);
}

function blockNames(section: ConfigMap): readonly ConfigNode[] {
  const use = section.entries.get("use");
  if (use === undefined) return [];
  return use.kind === "list" ? use.items : [use];
}

function mapAt(content: ConfigMap, key: string): ConfigMap {
  const node = content.entries.get(key);
  return node === undefined ? configMap(content.origin) : asMap(node);
}

/** A section that is left empty is an empty map. */
function asMap(node: ConfigNode): ConfigMap {
  if (node.kind === "map") return node;
  if (node.kind === "leaf" && node.readings[0] === null) return configMap(node.origin);
  throw configurationError(node.origin.where, "a map is expected here.");
}

function relabelled<T extends ConfigNode>(node: T, layer: Layer): T {
  const origin = { ...node.origin, layer };
  if (node.kind === "leaf") return { ...node, origin };
  if (node.kind === "list") return { ...node, origin, items: node.items.map((item) => relabelled(item, layer)) };
  return { ...node, origin, entries: new Map([...node.entries].map(([key, each]) => [key, relabelled(each, layer)])) };
}
