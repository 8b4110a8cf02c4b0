import type { Field, Limits, StructShape, TypeRef, UnknownKeys } from "@stator/contract";
import { asNode, entries, isNode, type JsonSchemaNode, numberAt, textAt, texts } from "../schema/json-schema-node.ts";
import type { Conversion, Made } from "./conversion-context.ts";
import { literalsOf } from "./convert-literals.ts";
import { exactFormat } from "./convert-text.ts";
import { narrows } from "./merge-schemas.ts";
import type { Place } from "./place.ts";
import { fitsType } from "./fits-type.ts";

export function makeObject(conversion: Conversion, node: JsonSchemaNode, place: Place): Made {
  const names = node["propertyNames"] === undefined ? {} : conversion.references.open(asNode(node["propertyNames"]));
  const keys = literalsOf(names);
  const has = entries(node["properties"]).length > 0 || texts(node["required"]).length > 0;
  if (keys !== null)
    return { kind: "shape", shape: recordOfKeys(conversion, node, texts(keys), place), nullable: false };
  const isMap =
    !has && node["additionalProperties"] !== false && (node["properties"] === undefined || rest(node) !== null);
  if (isMap) return mapMade(conversion, node, names, place);
  if (
    narrows({ ...names, type: undefined }) &&
    Object.keys(names).some((keyword) => keyword !== "type" && keyword in names)
  ) {
    conversion.findings.note(place, "what its other keys may be called, only the service checks");
  }
  return { kind: "shape", shape: structShape(conversion, node, place), nullable: false };
}

/** An object with keys that have names. `skip` is a key that is told elsewhere: the tag of a form. */
export function structShape(conversion: Conversion, node: JsonSchemaNode, place: Place, skip?: string): StructShape {
  const required = new Set(texts(node["required"]));
  const properties = new Map(entries(node["properties"]));
  for (const key of required) if (!properties.has(key)) properties.set(key, rest(node) ?? {});
  if (skip !== undefined) properties.delete(skip);
  const fields = [...properties].map(([key, schema]) =>
    field(conversion, key, schema, required.has(key), place.key(key)),
  );
  if (numberAt(node, "minProperties") !== undefined || numberAt(node, "maxProperties") !== undefined) {
    conversion.findings.note(place, "the number of its keys, only the service checks");
  }
  const others = rest(node);
  if (others === null) return { kind: "struct", fields, unknownKeys: unknownKeysOf(node) };
  const value = conversion.wrapped(others, place.value());
  const all: Field = { name: "rest", type: { kind: "map", key: { kind: "string" }, value }, flatten: true };
  return { kind: "struct", fields: [...fields, all], unknownKeys: "strip" };
}

export function unknownKeysOf(node: JsonSchemaNode): UnknownKeys {
  return node["additionalProperties"] === false ? "refuse" : "strip";
}

/** The schema of the keys without a name, where they are kept; null where they are dropped or refused. */
function rest(node: JsonSchemaNode): JsonSchemaNode | null {
  const others = node["additionalProperties"];
  return others === undefined || others === false ? null : asNode(others);
}

function field(conversion: Conversion, name: string, schema: JsonSchemaNode, required: boolean, place: Place): Field {
  const { type, limits } = conversion.use(schema, place);
  const docs = textAt(schema, "description");
  const value = schema["default"];
  const found: Field = {
    name,
    ...(docs === undefined ? {} : { docs }),
    type,
    ...(limits === undefined ? {} : { limits }),
  };
  if (required) return found;
  if (value === undefined) return { ...found, optional: true };
  conversion.later(() => {
    if (!fitsType(conversion.registry, type, limits ?? {}, value)) {
      conversion.problem(
        place,
        `its default ${JSON.stringify(value)} is no value of its own type. Correct one of them`,
      );
    }
  });
  // Items are sent as the method gives them, without what the schema would put in.
  return { ...found, default: value as NonNullable<Field["default"]>, mayBeAbsent: true };
}

function mapMade(conversion: Conversion, node: JsonSchemaNode, names: JsonSchemaNode, place: Place): Made {
  const value = conversion.wrapped(rest(node) ?? {}, place.value());
  const limits: Limits = {
    ...(numberAt(node, "minProperties") === undefined ? {} : { minLength: numberAt(node, "minProperties") as number }),
    ...(numberAt(node, "maxProperties") === undefined ? {} : { maxLength: numberAt(node, "maxProperties") as number }),
  };
  const type: TypeRef = { kind: "map", key: keyType(conversion, names, place), value };
  return { kind: "use", use: { type, ...(Object.keys(limits).length === 0 ? {} : { limits }) } };
}

function keyType(conversion: Conversion, names: JsonSchemaNode, place: Place): TypeRef {
  const format = exactFormat(names);
  if (format !== null) return { kind: "text", format };
  if (Object.keys(names).some((keyword) => ["pattern", "minLength", "maxLength", "format"].includes(keyword))) {
    conversion.findings.note(place, "the form of its keys, only the service checks");
  }
  return { kind: "string" };
}

/** A record whose keys are known: an object with them, and no others. */
function recordOfKeys(
  conversion: Conversion,
  node: JsonSchemaNode,
  keys: readonly string[],
  place: Place,
): StructShape {
  if (isNode(node["properties"]) && Object.keys(node["properties"]).length > 0) {
    conversion.problem(
      place,
      "an object with keys of its own beside a record has no form in a document. Nest one of them",
    );
  }
  const properties = Object.fromEntries(keys.map((key) => [key, rest(node) ?? {}]));
  return structShape(conversion, { required: node["required"], properties, additionalProperties: false }, place);
}
