import type { Limits, Shape, TypeDefinition, TypeRef } from "@stator/contract";
import { pascalCase } from "@stator/contract";
import type { Findings } from "../findings.ts";
import { isNode, type JsonSchemaNode, markOf, nodes, textAt } from "../schema/json-schema-node.ts";
import type { Conversion, Made, Use } from "./conversion-context.ts";
import { floatUse, integerUse } from "./convert-number.ts";
import { makeLiterals } from "./convert-literals.ts";
import { listUse } from "./convert-list.ts";
import { makeObject } from "./convert-object.ts";
import { textUse } from "./convert-text.ts";
import { makeUnion } from "./convert-union.ts";
import { checkKeywords } from "./keywords.ts";
import { narrows, without } from "./merge-schemas.ts";
import type { Place } from "./place.ts";
import { References } from "./references.ts";
import type { TypeRegistry } from "./type-registry.ts";

/** Schemas inside of each other that are followed; what nests deeper is no hand-written type. */
const MOST_NESTED = 200;

/** Makes types of one JSON Schema. What has no form is noted as a problem, and stands as any JSON until the end. */
export class SchemaConversion implements Conversion {
  readonly findings: Findings;
  readonly registry: TypeRegistry;
  readonly references: References;
  readonly #names = new Set<string>();
  readonly #later: (() => void)[] = [];
  readonly #facts: Partial<TypeDefinition>;
  #nested = 0;

  /** `facts` are what the document says of the whole schema beside its shape. */
  constructor(root: JsonSchemaNode, findings: Findings, registry: TypeRegistry, facts: Partial<TypeDefinition> = {}) {
    this.#facts = facts;
    this.findings = findings;
    this.registry = registry;
    this.references = new References(root);
  }

  /** The type of the whole schema, under `name`, a name of its own or that of the place. */
  root(place: Place, name: string | null = null): TypeRef {
    const type = this.#named("#", place, name);
    for (const check of this.#later) check();
    return type;
  }

  later(check: () => void): void {
    this.#later.push(check);
  }

  use(node: JsonSchemaNode, place: Place): Use {
    const own = this.#ownPlace(node, place);
    return this.nameIfNeeded(this.make(node, own), node, own);
  }

  wrapped(node: JsonSchemaNode, place: Place): TypeRef {
    const { type, limits } = this.use(node, place);
    if (limits === undefined) return type;
    if (type.kind === "option") return { kind: "option", of: this.#wrap(type.of, limits, place) };
    return this.#wrap(type, limits, place);
  }

  #wrap(type: TypeRef, limits: Limits, place: Place): TypeRef {
    return this.define(this.claim(place.name), { kind: "newtype", of: type, limits }, place);
  }

  nameIfNeeded(made: Made, node: JsonSchemaNode, place: Place): Use {
    if (made.kind === "use") return made.use;
    const type = this.define(this.#explicitName(node) ?? this.claim(place.name), made.shape, place);
    return { type: made.nullable ? { kind: "option", of: type } : type };
  }

  define(name: string, shape: Shape, place: Place, more: Partial<TypeDefinition> = {}): TypeRef {
    const { docs, status } = more;
    this.registry.add({
      name,
      rust: place.path,
      ...(docs === undefined ? {} : { docs }),
      shape,
      ...(status === undefined ? {} : { status }),
    });
    return { kind: "ref", name };
  }

  /** A name for a type that has none of its own, which nothing else of this schema has. */
  claim(name: string): string {
    let free = name;
    for (let number = 2; this.#names.has(free); number++) free = `${name}${number}`;
    this.#names.add(free);
    return free;
  }

  problem(place: Place, sentence: string): Made {
    this.findings.problem(place, sentence);
    return { kind: "use", use: { type: { kind: "json" } } };
  }

  make(node: JsonSchemaNode, place: Place): Made {
    if (this.#nested >= MOST_NESTED) return this.problem(place, "it nests too deeply. Give a part of it a name");
    this.#nested++;
    try {
      return this.#make(node, place);
    } finally {
      this.#nested--;
    }
  }

  #make(node: JsonSchemaNode, place: Place): Made {
    checkKeywords(node, place, this.findings);
    if (markOf(node).error !== undefined) return { kind: "use", use: { type: { kind: "json" } } };
    const { not } = node;
    if (isNode(not)) {
      const says =
        Object.keys(not).length === 0 ? "no value fits. Leave it out" : "not has no form in a document. Leave it out";
      return this.problem(place, `${says}, or say what is allowed`);
    }
    const reference = textAt(node, "$ref");
    if (reference !== undefined && !narrows(node)) return { kind: "use", use: this.#reference(reference, place) };
    if (reference !== undefined || node["allOf"] !== undefined) return this.#merged(node, place);
    for (const keyword of ["anyOf", "oneOf"]) {
      if (!Array.isArray(node[keyword])) continue;
      const rest = without(node, keyword, "title", "description", "default", "examples", "format");
      const forms = nodes(node[keyword]);
      const branches = narrows(rest) ? forms.map((form) => ({ allOf: [form, rest] })) : forms;
      return makeUnion(this, branches, keyword === "oneOf", place);
    }
    if (node["enum"] !== undefined || node["const"] !== undefined) return makeLiterals(this, node, place);
    const { type } = node;
    if (Array.isArray(type)) {
      const branches = type.map((each: unknown) => ({ ...without(node, "title", "description"), type: each }));
      return makeUnion(this, branches, false, place);
    }
    return this.#typed(node, type, place);
  }

  #typed(node: JsonSchemaNode, type: unknown, place: Place): Made {
    switch (type) {
      case "object":
        return makeObject(this, node, place);
      case "array":
        return { kind: "use", use: listUse(this, node, place) };
      case "string":
        return { kind: "use", use: textUse(node, place, this.findings) };
      case "integer":
        return { kind: "use", use: integerUse(node, place, this.findings) };
      case "number":
        return { kind: "use", use: floatUse(node, place, this.findings) };
      case "boolean":
        return { kind: "use", use: { type: { kind: "bool" } } };
      case "null":
        return { kind: "use", use: { type: { kind: "unit" } } };
      case undefined:
        if (narrows(node)) this.findings.note(place, "it has no type, so clients check nothing of it");
        return { kind: "use", use: { type: { kind: "json" } } };
      default:
        return this.problem(place, `${JSON.stringify(type)} is no type of JSON Schema`);
    }
  }

  #merged(node: JsonSchemaNode, place: Place): Made {
    try {
      return this.make(this.references.open(node), place);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return this.problem(
        place,
        `what all of its parts have in common has no form in a document: ${error.message}. Write it as one object`,
      );
    }
  }

  /** A type that is referred to. One without a name of its own is written out, unless it needs a name. */
  #reference(pointer: string, place: Place): Use {
    const entry = this.references.at(pointer);
    if (entry === null) return this.#missing(pointer, place);
    if (entry.name !== null || this.#definedName(pointer) !== null || pointer === "#")
      return { type: this.#named(pointer, place) };
    // It contains itself.
    if (entry.place !== null) {
      entry.name = this.#explicitName(entry.node) ?? this.claim(entry.place.name);
      return { type: { kind: "ref", name: entry.name } };
    }
    const own = this.#ownPlace(entry.node, place);
    entry.place = own;
    const made = this.make(entry.node, own);
    entry.place = null;
    if (made.kind === "use" && entry.name === null) return made.use;
    entry.name ??= this.#explicitName(entry.node) ?? this.claim(own.name);
    return { type: this.#define(entry.name, made, entry.node, own) };
  }

  #named(pointer: string, place: Place, given: string | null = null): TypeRef {
    const entry = this.references.at(pointer);
    if (entry === null) return this.#missing(pointer, place).type;
    if (entry.name !== null) return { kind: "ref", name: entry.name };
    const { node } = entry;
    const reference = textAt(node, "$ref");
    // A whole schema that only refers is the type that it refers to.
    if (given === null && pointer === "#" && reference !== undefined && reference !== "#" && !narrows(node)) {
      return this.#named(reference, place);
    }
    const name = given ?? this.#definedName(pointer) ?? this.#explicitName(node) ?? this.claim(place.name);
    entry.name = name;
    const own = place.named(name);
    return this.#define(name, this.make(node, own), node, own, pointer === "#" ? this.#facts : {});
  }

  #define(name: string, made: Made, node: JsonSchemaNode, place: Place, facts: Partial<TypeDefinition> = {}): TypeRef {
    const docs = textAt(node, "description");
    const more = docs === undefined ? facts : { docs, ...facts };
    if (made.kind === "use") return this.define(name, shapeOf(made.use), place, more);
    if (!made.nullable) return this.define(name, made.shape, place, more);
    const inner = this.define(this.claim(`${name}Value`), made.shape, place);
    return this.define(name, { kind: "newtype", of: { kind: "option", of: inner } }, place, more);
  }

  #missing(pointer: string, place: Place): Use {
    this.findings.problem(place, `it refers to ${pointer}, which is not in its schema`);
    return { type: { kind: "json" } };
  }

  #ownPlace(node: JsonSchemaNode, place: Place): Place {
    const name = this.#explicitName(node);
    return name === null ? place : place.named(name);
  }

  /** The name that a schema says it has. */
  #explicitName(node: JsonSchemaNode): string | null {
    const id = (textAt(node, "$id") ?? textAt(node, "id"))?.split(/[/#]/).at(-1);
    for (const name of [id, textAt(node, "title")]) {
      const pascal = pascalCase(name ?? "");
      if (/^[A-Z]/.test(pascal)) return pascal;
    }
    return null;
  }

  /** The name of a definition. Those that a library has counted or made up are no names. */
  #definedName(pointer: string): string | null {
    const key = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(pointer)?.[1];
    if (key === undefined || /^(__schema)?\d+$|^[a-z][A-Za-z]*\d+$/.test(key)) return null;
    const name = pascalCase(decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~"));
    return /^[A-Z]/.test(name) ? name : null;
  }
}

/** What a type with a name holds. */
function shapeOf({ type, limits }: Use): Shape {
  if (type.kind === "unit") return { kind: "unit" };
  if (type.kind === "tuple") return { kind: "tuple", items: type.items };
  return { kind: "newtype", of: type, ...(limits === undefined ? {} : { limits }) };
}
