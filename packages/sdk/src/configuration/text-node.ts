import { parseJson } from "../schema/json-text.ts";
import { configLeaf, configMap, type ConfigNode, type Origin } from "./config-tree.ts";
import { plainReadings } from "./plain-text.ts";

/**
 * A value from the command line or the environment. JSON is read as JSON: `'"007"'` is text whatever the schema says, and
 * `'{"a":1}'` is laid over what weaker layers say; where the schema wants text, it stays what was written.
 */
export function textNode(text: string, origin: Origin): ConfigNode {
  if (!/^\s*["[{]/.test(text)) return configLeaf(origin, ...plainReadings(text));
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return configLeaf(origin, text);
  }
  if (typeof value === "string") return configLeaf(origin, value);
  const node = valueNode(value, origin);
  return node.kind === "leaf" ? node : { ...node, source: text };
}

/** A value of the program as a node: what is no plain object and no list is a leaf. */
export function valueNode(value: unknown, origin: Origin): ConfigNode {
  if (Array.isArray(value)) {
    return { kind: "list", items: value.map((item) => valueNode(item, origin)), origin };
  }
  if (isPlainObject(value)) {
    return configMap(
      origin,
      Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([key, each]) => [key, valueNode(each, origin)] as const),
    );
  }
  return configLeaf(origin, value);
}

/** Whether a value is what `{}` makes, and no instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
