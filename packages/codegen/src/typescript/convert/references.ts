import { asNode, isNode, type JsonSchemaNode, nodes, textAt } from "../schema/json-schema-node.ts";
import { mergeSchemas, narrows, without } from "./merge-schemas.ts";
import type { Place } from "./place.ts";

/** A part of a schema that others refer to. */
export type Reference = {
  readonly node: JsonSchemaNode;
  /** The name of its type, once it has one. */
  name: string | null;
  /** Where it is being made at the moment; null before and after. */
  place: Place | null;
};

/** References that are followed one after another: a schema that goes on longer goes round in circles. */
const MOST_STEPS = 32;

/** The parts of one schema by their pointers, such as `#/$defs/Token`. */
export class References {
  readonly #root: JsonSchemaNode;
  readonly #found = new Map<string, Reference | null>();

  constructor(root: JsonSchemaNode) {
    this.#root = root;
  }

  /** The part under a pointer; null when there is none. */
  at(pointer: string): Reference | null {
    let reference = this.#found.get(pointer);
    if (reference === undefined) {
      const node = this.#look(pointer);
      reference = node === null ? null : { node, name: null, place: null };
      this.#found.set(pointer, reference);
    }
    return reference;
  }

  #look(pointer: string): JsonSchemaNode | null {
    if (!pointer.startsWith("#")) return null;
    let at: unknown = this.#root;
    for (const part of pointer
      .slice(1)
      .split("/")
      .filter((each) => each !== "")) {
      const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
      if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return null;
      at = (at as Record<string, unknown>)[key];
    }
    return isNode(at) || typeof at === "boolean" ? asNode(at) : null;
  }

  /**
   * A schema as one node, to look into: what it refers to in the place of the reference, and the parts of `allOf` as one.
   * Throws an `Error` when they cannot be one.
   */
  open(schema: JsonSchemaNode, before = 0): JsonSchemaNode {
    let node = schema;
    for (let step = before; step < MOST_STEPS; step++) {
      const reference = textAt(node, "$ref");
      if (reference !== undefined) {
        const target = this.at(reference)?.node ?? {};
        const rest = without(node, "$ref");
        node = narrows(rest) ? mergeSchemas(this.open(target, step + 1), rest) : { ...target, ...rest };
        continue;
      }
      if (node["allOf"] === undefined) return node;
      const parts = nodes(node["allOf"]).map((part) => this.open(part, step + 1));
      node = parts.reduce(mergeSchemas, without(node, "allOf"));
    }
    throw new Error("its references go round in circles");
  }
}
