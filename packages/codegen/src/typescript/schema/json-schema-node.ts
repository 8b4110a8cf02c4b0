/** A schema of JSON Schema 2020-12 as libraries give it: nothing about it is certain. */
export type JsonSchemaNode = { readonly [keyword: string]: unknown };

/** Under this keyword a node carries what a library's own conversion could not say. */
export const MARK = "x-stator";

/** What was noticed where a library converted a part of its schema. */
export type Mark = {
  /** It has no JSON form; the sentence says what to write instead. */
  readonly error?: string;
  /** It checks more than the node says. */
  readonly notes?: readonly string[];
  /** It changes the text before it checks limits, so limits do not hold for what travels. */
  readonly rewrites?: boolean;
};

export function markOf(node: JsonSchemaNode): Mark {
  return node[MARK] ?? {};
}

/** The node with one more mark. */
export function marked(node: JsonSchemaNode, mark: Mark): JsonSchemaNode {
  const before = markOf(node);
  const notes = [...(before.notes ?? []), ...(mark.notes ?? [])];
  return { ...node, [MARK]: { ...before, ...mark, ...(notes.length === 0 ? {} : { notes }) } };
}

export function isNode(value: unknown): value is JsonSchemaNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A schema in any spelling: `true` is everything, `false` nothing. */
export function asNode(value: unknown): JsonSchemaNode {
  if (value === false) return { not: {} };
  return isNode(value) ? value : {};
}

export function nodes(value: unknown): readonly JsonSchemaNode[] {
  return Array.isArray(value) ? value.map(asNode) : [];
}

/** The schemas under keys, such as `properties`; keys such as `__proto__` count like all others. */
export function entries(value: unknown): readonly (readonly [string, JsonSchemaNode])[] {
  return isNode(value) ? Object.entries(value).map(([key, inner]) => [key, asNode(inner)] as const) : [];
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function numberAt(node: JsonSchemaNode, keyword: string): number | undefined {
  const value = node[keyword];
  return typeof value === "number" ? value : undefined;
}

export function textAt(node: JsonSchemaNode, keyword: string): string | undefined {
  const value = node[keyword];
  return typeof value === "string" && value !== "" ? value : undefined;
}
