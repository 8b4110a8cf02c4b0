import {
  type ContentShape,
  type Document,
  Model,
  resolveFields,
  type Shape,
  type StructShape,
  type Tagging,
  type TypeDefinition,
  type TypeRef,
  visitType,
  visitTypes,
} from "@stator/contract";

/** Combinations that serde compiles and then fails on, or that have no exact type. */
export function checkShapes(document: Document): string[] {
  const model = new Model(document);
  return [
    ...document.types.flatMap((type) => checkType(model, type)),
    ...document.constants
      .filter((constant) => holdsBytes(model, constant.type, new Set()))
      .map((constant) => `the constant ${constant.name}: bytes cannot be constant in TypeScript. Use text.`),
  ];
}

function holdsBytes(model: Model, type: TypeRef, seen: Set<string>): boolean {
  let found = false;
  visitType(type, (inner) => {
    if (inner.kind === "bytes") found = true;
    if (inner.kind !== "ref" || seen.has(inner.name)) return;
    seen.add(inner.name);
    visitTypes(model.type(inner.name).shape, (part) => {
      if (holdsBytes(model, part, seen)) found = true;
    });
  });
  return found;
}

function checkType(model: Model, type: TypeDefinition): string[] {
  const problems: string[] = [];
  visitTypes(type.shape, (inner) => {
    if (inner.kind === "option" && isNullable(model, inner.of)) {
      problems.push(`${type.rust}: Option around a type that can be null itself; one of the two is lost on the wire.`);
    }
  });
  if (type.shape.kind === "enum") {
    const { tagging } = type.shape;
    for (const variant of type.shape.variants) {
      const place = `${type.rust}::${variant.name}`;
      problems.push(
        ...checkContent(model, variant.shape, place),
        ...checkVariant(model, variant.shape, tagging, place),
      );
    }
  } else {
    problems.push(...checkContent(model, type.shape, type.rust));
  }
  return problems;
}

function checkContent(model: Model, shape: ContentShape, place: string): string[] {
  if (shape.kind !== "struct") return [];
  const problems = shape.fields
    .filter((field) => field.flatten === true)
    .flatMap((field) => checkFlatten(model, shape, field.type, `${place}.${field.name}`));
  if (problems.length > 0) return problems;
  const seen = new Set<string>();
  for (const { name } of resolveFields(model, shape).fields) {
    if (seen.has(name)) problems.push(`${place}: the key ${name} comes twice. Rename one of the fields.`);
    seen.add(name);
  }
  return problems;
}

function checkFlatten(model: Model, outer: StructShape, type: TypeRef, place: string): string[] {
  if (type.kind === "map") {
    const maps = outer.fields.filter((field) => field.flatten === true && field.type.kind === "map");
    if (type.key.kind !== "string") return [`${place}: a flattened map has keys of type String.`];
    return maps.length > 1
      ? [`${place}: only one map can be flattened into a struct.`]
      : checkBuffered(model, type, place);
  }
  const inner = model.shape(type);
  if (inner?.kind !== "struct") {
    return [`${place}: #[serde(flatten)] is for structs and maps. Give the field a key of its own.`];
  }
  if (inner.unknownKeys === "refuse") {
    return [`${place}: serde does not support deny_unknown_fields on a flattened struct. Drop one of them.`];
  }
  return checkBuffered(model, type, place);
}

function checkVariant(model: Model, shape: ContentShape, tagging: Tagging, place: string): string[] {
  const problems: string[] = [];
  if (tagging.kind === "internal") {
    const { tag } = tagging;
    const inner: Shape | null = shape.kind === "newtype" ? model.shape(shape.of) : shape;
    if (inner?.kind !== "struct" && shape.kind !== "unit") {
      problems.push(`${place}: under #[serde(tag = "${tag}")] a variant holds a struct or nothing.`);
    } else if (inner?.kind === "struct" && resolveFields(model, inner).fields.some((field) => field.name === tag)) {
      problems.push(`${place}: a field is called "${tag}" like the tag. Rename one of them.`);
    }
  }
  if (tagging.kind === "internal" || tagging.kind === "untagged") {
    visitTypes(shape, (type) => problems.push(...checkBuffered(model, type, place)));
  }
  return [...new Set(problems)];
}

/** serde keeps what it cannot place yet in a buffer that has no integers of 128 bits. */
function checkBuffered(model: Model, type: TypeRef, place: string): string[] {
  const seen = new Set<string>();
  let wide = false;
  const look = (inner: TypeRef): void => {
    if (inner.kind === "int" && inner.bits > 64) wide = true;
    if (inner.kind === "ref" && !seen.has(inner.name)) {
      seen.add(inner.name);
      visitTypes(model.type(inner.name).shape, look);
    }
  };
  visitType(type, look);
  return wide
    ? [`${place}: serde cannot read integers of 128 bits under flatten, tag or untagged. Use 64 bits, or decimal text.`]
    : [];
}

function isNullable(model: Model, type: TypeRef): boolean {
  if (type.kind === "option" || type.kind === "unit") return true;
  const shape = model.shape(type);
  if (shape?.kind === "newtype") return isNullable(model, shape.of);
  return shape?.kind === "unit";
}
