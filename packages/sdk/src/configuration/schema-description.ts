import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What the schema accepts, as JSON Schema; null where its library cannot say. */
export function describeSchema(schema: StandardSchemaV1): JsonSchema | null {
  const { jsonSchema } = schema["~standard"] as Partial<StandardJSONSchemaV1.Props>;
  if (jsonSchema === undefined) return null;
  const target = "draft-2020-12";
  // Zod refuses a whole schema for one bigint in it, unless it is told that anything may stand there.
  for (const libraryOptions of [{ unrepresentable: "any" }, undefined]) {
    try {
      return jsonSchema.input({ target, ...(libraryOptions === undefined ? {} : { libraryOptions }) });
    } catch {
      continue;
    }
  }
  return null;
}

/** The keys that a JSON Schema allows at a place; null where any is allowed, or where nobody can tell. */
export function allowedKeys(root: JsonSchema, schema: unknown, depth = 0): ReadonlySet<string> | null {
  const at = resolved(root, schema);
  if (at === null || depth > 16) return null;
  const keys = new Set<string>();
  let closed = false;
  if (isObject(at["properties"])) {
    const more = at["additionalProperties"];
    if ((more !== undefined && more !== false) || at["patternProperties"] !== undefined) return null;
    for (const key of Object.keys(at["properties"])) keys.add(key);
    closed = true;
  }
  for (const branch of branches(at)) {
    if (isObject(branch) && isScalarType(branch["type"])) continue;
    const allowed = allowedKeys(root, branch, depth + 1);
    if (allowed === null) return null;
    for (const key of allowed) keys.add(key);
    closed = true;
  }
  return closed ? keys : null;
}

/** The schemas that hold for a key, in all branches. */
export function schemasOfKey(root: JsonSchema, schema: unknown, key: string, depth = 0): unknown[] {
  const at = resolved(root, schema);
  if (at === null || depth > 16) return [];
  const { properties, additionalProperties: more } = at;
  const isNamed = isObject(properties) && Object.hasOwn(properties, key);
  const own = isNamed ? [properties[key]] : isObject(more) ? [more] : [];
  return [...own, ...branches(at).flatMap((branch) => schemasOfKey(root, branch, key, depth + 1))];
}

/** The schemas that hold for an item of a list, in all branches. */
export function schemasOfItem(root: JsonSchema, schema: unknown, index: number, depth = 0): unknown[] {
  const at = resolved(root, schema);
  if (at === null || depth > 16) return [];
  const { prefixItems: first, items } = at;
  const own: unknown = Array.isArray(first) && index < first.length ? first[index] : items;
  const inside = branches(at).flatMap((branch) => schemasOfItem(root, branch, index, depth + 1));
  return isObject(own) ? [own, ...inside] : inside;
}

/**
 * Whether a value at this path, or one around it, is not to be shown: its schema says `writeOnly`. A list is shown as a whole
 * or not at all, so one part of an item is enough.
 */
export function isSecretAt(root: JsonSchema, path: readonly string[]): boolean {
  let schemas: unknown[] = [root];
  const isAround = path.some((key) => {
    schemas = schemas.flatMap((schema) => schemasOfKey(root, schema, key));
    return schemas.some((schema) => resolved(root, schema)?.["writeOnly"] === true);
  });
  return isAround || schemas.some((schema) => hasSecretItems(root, schema));
}

function hasSecretItems(root: JsonSchema, schema: unknown, depth = 0): boolean {
  const at = resolved(root, schema);
  if (at === null || depth > 16) return false;
  const seen = new Set<unknown>();
  return (
    itemSchemas(at).some((each) => holdsSecret(root, each, seen)) ||
    branches(at).some((each) => hasSecretItems(root, each, depth + 1))
  );
}

/** Looks at each schema once: they may lead to themselves. */
function holdsSecret(root: JsonSchema, schema: unknown, seen: Set<unknown>): boolean {
  const at = resolved(root, schema);
  if (at === null || seen.has(at)) return false;
  seen.add(at);
  const { properties, additionalProperties: more } = at;
  const inside = [
    ...(isObject(properties) ? Object.values(properties) : []),
    more,
    ...itemSchemas(at),
    ...branches(at),
  ];
  return at["writeOnly"] === true || inside.some((each) => holdsSecret(root, each, seen));
}

function itemSchemas({ items, prefixItems: first }: JsonSchema): unknown[] {
  return [items, ...(Array.isArray(first) ? (first as unknown[]) : [])];
}

function branches(schema: JsonSchema): unknown[] {
  return ["allOf", "anyOf", "oneOf"].flatMap((name) =>
    Array.isArray(schema[name]) ? (schema[name] as unknown[]) : [],
  );
}

function resolved(root: JsonSchema, schema: unknown, hops = 0): JsonSchema | null {
  if (!isObject(schema)) return null;
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  if (!reference.startsWith("#") || hops > 16) return null;
  let at: unknown = root;
  for (const part of reference.slice(1).split("/").slice(1)) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (!isObject(at) || !Object.hasOwn(at, key)) return null;
    at = at[key];
  }
  return resolved(root, at, hops + 1);
}

function isScalarType(type: unknown): boolean {
  return typeof type === "string" && type !== "object";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
