import type { Choices, ConfigMap, ConfigNode, Origin } from "./config-tree.ts";
import { allowedKeys, type JsonSchema, schemasOfItem, schemasOfKey } from "./schema-description.ts";
import { isPlainObject } from "./text-node.ts";

/** A key that no schema knows. */
export interface UnknownKey {
  readonly path: readonly string[];
  readonly origin: Origin;
  /** The keys that there are at that place. */
  readonly known: readonly string[];
}

/**
 * The keys that a schema would drop in silence. Its JSON Schema says which it knows; without one, those are unknown that
 * are gone from what it gave back.
 */
export function unknownKeys(
  section: ConfigMap,
  choices: Choices,
  output: unknown,
  described: JsonSchema | null,
): UnknownKey[] {
  return described === null ? dropped(section, choices, output, []) : undescribed(section, described, [described], []);
}

function undescribed(node: ConfigNode, root: JsonSchema, schemas: unknown[], path: string[]): UnknownKey[] {
  if (node.kind === "leaf" || schemas.length === 0) return [];
  if (node.kind === "list") {
    return node.items.flatMap((item, index) => {
      const below = schemas.flatMap((schema) => schemasOfItem(root, schema, index));
      return undescribed(item, root, below, [...path, String(index)]);
    });
  }
  const sets = schemas.map((schema) => allowedKeys(root, schema));
  const isOpen = sets.includes(null);
  const known = new Set(sets.flatMap((set) => [...(set ?? [])]));
  return [...node.entries].flatMap(([key, each]) => {
    const at = [...path, key];
    if (!isOpen && !known.has(key)) return [{ path: at, origin: each.origin, known: [...known] }];
    const below = schemas.flatMap((schema) => schemasOfKey(root, schema, key));
    return undescribed(each, root, below, at);
  });
}

function dropped(node: ConfigNode, choices: Choices, output: unknown, path: string[]): UnknownKey[] {
  if (node.kind === "leaf" || (choices.get(node) ?? 0) > 0) return [];
  if (node.kind === "list") {
    // A schema that drops or adds items says nothing about what stands in them.
    if (!Array.isArray(output) || output.length !== node.items.length) return [];
    return node.items.flatMap((item, index) => dropped(item, choices, output[index], [...path, String(index)]));
  }
  if (!isPlainObject(output)) return [];
  return [...node.entries].flatMap(([key, each]) => {
    const at = [...path, key];
    if (!Object.hasOwn(output, key)) return [{ path: at, origin: each.origin, known: Object.keys(output) }];
    return dropped(each, choices, output[key], at);
  });
}
