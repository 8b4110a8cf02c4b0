import {
  type ContentShape,
  type Document,
  Model,
  pascalCase,
  referredNames,
  resolveFields,
  type StructShape,
  type TypeDefinition,
  type TypeRef,
} from "@stator/contract";

/** A function of a generated file, without `read`, and the part of the type that it reads. */
type LocalFunction = { readonly name: string; readonly part: string };

/** Parts of a type whose functions would be called alike: their names are made of keys, without signs and case. */
export function checkFunctions(document: Document): string[] {
  const model = new Model(document);
  return document.types.flatMap((type) => {
    const taken = new Map([...referredNames(type.shape), type.name].map((name) => [name, `the type ${name}`]));
    return functionsOf(model, type).flatMap(({ name, part }) => {
      const other = taken.get(name);
      taken.set(name, part);
      return other === undefined || other === part
        ? []
        : [`${type.rust}: generated code has one name, ${name}, for ${part} and for ${other}. Rename one of them.`];
    });
  });
}

function functionsOf(model: Model, { name, shape }: TypeDefinition): LocalFunction[] {
  switch (shape.kind) {
    case "unit":
      return [];
    case "struct":
      return ofStruct(model, shape, name, "");
    case "tuple":
      return ofRef({ kind: "tuple", items: shape.items }, `${name}Items`, "its items");
    case "newtype":
      return ofRef(shape.of, `${name}Inner`, "what it holds");
    case "enum":
      return shape.variants.flatMap((variant) => {
        const place = `${name}${pascalCase(variant.name)}`;
        const content = structIn(model, variant.shape, shape.tagging.kind === "internal");
        if (content === null) return ofContent(variant.shape, place, `the variant ${variant.name}`);
        const inner = ofStruct(model, content, place, `${variant.name}.`);
        return [{ name: place, part: `the variant ${variant.name}` }, ...inner];
      });
  }
}

function ofContent(shape: ContentShape, place: string, part: string): LocalFunction[] {
  if (shape.kind === "tuple") return ofRef({ kind: "tuple", items: shape.items }, place, part);
  if (shape.kind !== "newtype") return [];
  if (shape.limits === undefined) return ofRef(shape.of, place, part);
  return [{ name: place, part }, ...ofRef(shape.of, `${place}Content`, `what ${part} holds`)];
}

function ofStruct(model: Model, shape: StructShape, place: string, path: string): LocalFunction[] {
  const { fields, rest } = resolveFields(model, shape);
  const known = fields.flatMap((field) =>
    ofRef(field.type, `${place}${pascalCase(field.name)}`, `the key ${path}${field.name}`),
  );
  return rest === null ? known : [...known, ...ofRef(rest, `${place}Rest`, `the other keys of ${path}`)];
}

/** Lists, tuples and maps that are written out have a function each. */
function ofRef(type: TypeRef, place: string, part: string): LocalFunction[] {
  switch (type.kind) {
    case "option":
      return ofRef(type.of, place, part);
    case "list":
    case "set":
    case "array":
      return [{ name: place, part }, ...ofRef(type.of, `${place}Item`, `the items of ${part}`)];
    case "tuple":
      return [
        { name: place, part },
        ...type.items.flatMap((item, index) => ofRef(item, `${place}Item${index}`, `item ${index} of ${part}`)),
      ];
    case "map":
      return [{ name: place, part }, ...ofRef(type.value, `${place}Entry`, `the values of ${part}`)];
    default:
      return [];
  }
}

function structIn(model: Model, shape: ContentShape, isInternal: boolean): StructShape | null {
  if (shape.kind === "struct") return shape;
  const inner = isInternal && shape.kind === "newtype" ? model.shape(shape.of) : null;
  return inner?.kind === "struct" ? inner : null;
}
