import { type Choices, type ConfigMap, type ConfigNode, type Origin, valueOf } from "./config-tree.ts";
import { allowedKeys, type JsonSchema, schemasOfKey } from "./schema-description.ts";
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
  if (node.kind !== "map") return [];
  const sets = schemas.map((schema) => allowedKeys(root, schema));
  if (sets.length === 0 || sets.includes(null)) return [];
  const known = new Set(sets.flatMap((set) => [...(set ?? [])]));
  return [...node.entries].flatMap(([key, each]) => {
    const at = [...path, key];
    if (!known.has(key)) return [{ path: at, origin: each.origin, known: [...known] }];
    return undescribed(
      each,
      root,
      schemas.flatMap((schema) => schemasOfKey(root, schema, key)),
      at,
    );
  });
}

function dropped(node: ConfigNode, choices: Choices, output: unknown, path: string[]): UnknownKey[] {
  if (node.kind !== "map" || !isPlainObject(output) || !isPlainObject(valueOf(node, choices))) return [];
  return [...node.entries].flatMap(([key, each]) => {
    const at = [...path, key];
    if (!Object.hasOwn(output, key)) return [{ path: at, origin: each.origin, known: Object.keys(output) }];
    return dropped(each, choices, output[key], at);
  });
}
