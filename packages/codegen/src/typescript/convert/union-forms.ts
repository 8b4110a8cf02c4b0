import { asNode, isNode, type JsonSchemaNode, markOf, nodes, textAt } from "../schema/json-schema-node.ts";
import type { Conversion } from "./conversion-context.ts";
import { isLiteral, type Literal, literalsOf } from "./convert-literals.ts";
import { narrows, without } from "./merge-schemas.ts";

/** One of the forms of a union. */
export type Form = {
  /** As it is written, perhaps a reference. */
  readonly node: JsonSchemaNode;
  /** What stands behind references, to look into. */
  readonly view: JsonSchemaNode;
};

export type Forms = {
  readonly forms: readonly Form[];
  readonly literals: readonly Exclude<Literal, null>[];
  readonly nullable: boolean;
  /** Whether any JSON fits one of the forms. */
  readonly any: boolean;
};

/** The forms of a union, those of unions inside of it among them. Each stands there once; forms without values are gone. */
export function formsOf(conversion: Conversion, branches: readonly JsonSchemaNode[]): Forms {
  const forms: Form[] = [];
  const literals = new Set<Exclude<Literal, null>>();
  const seen = new Set<string>();
  let nullable = false;
  let any = false;
  const add = (node: JsonSchemaNode): void => {
    const reference = textAt(node, "$ref");
    if (reference !== undefined) {
      if (seen.has(reference)) return;
      seen.add(reference);
    }
    const view = conversion.references.open(node);
    if (markOf(view).error !== undefined) forms.push({ node, view });
    else if (inner(view) !== null) for (const branch of inner(view) ?? []) add(branch);
    else if (view["type"] === "null") nullable = true;
    else if (isNode(view["not"]) && Object.keys(view["not"]).length === 0) return;
    else if (!narrows(view)) any = true;
    else if (literalsOf(view)?.every(isLiteral) === true) {
      for (const value of (literalsOf(view) ?? []) as readonly Literal[]) {
        if (value === null) nullable = true;
        else literals.add(value);
      }
    } else if (!forms.some((form) => Bun.deepEquals(form.node, node))) forms.push({ node, view });
  };
  for (const branch of branches) add(branch);
  const rest = [...literals].filter((value) => !forms.some(({ view }) => takesAll(view, value)));
  return { forms, literals: rest, nullable, any };
}

/** The branches of a union that is one of the forms of another. */
function inner(view: JsonSchemaNode): readonly JsonSchemaNode[] | null {
  for (const keyword of ["anyOf", "oneOf"]) {
    const rest = without(view, keyword, "format");
    if (Array.isArray(view[keyword]) && !narrows(rest)) return nodes(view[keyword]);
  }
  const { type } = view;
  return Array.isArray(type) ? type.map((each: unknown) => ({ ...view, type: each })) : null;
}

/** Whether a form takes every value of a literal's type, so that the literal says nothing more. */
function takesAll(view: JsonSchemaNode, value: Exclude<Literal, null>): boolean {
  const limits = [
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "enum",
    "const",
  ];
  return view["type"] === typeof value && !limits.some((keyword) => keyword in view);
}

/** Whether these are the forms of any JSON, with itself inside, as `z.json()` writes it. */
export function isAnyJson(
  conversion: Conversion,
  node: JsonSchemaNode,
  open: ReadonlySet<string> = new Set(),
): boolean {
  const reference = textAt(node, "$ref");
  if (reference !== undefined) {
    if (open.has(reference)) return true;
    const target = conversion.references.at(reference);
    return target !== null && isAnyJson(conversion, target.node, new Set([...open, reference]));
  }
  if (!narrows(node)) return true;
  const { forms, nullable } = formsOf(conversion, [node]);
  const has = (type: string): boolean =>
    forms.some(({ view }) => view["type"] === type && Object.keys(view).length === 1);
  const lists = forms.filter(({ view }) => view["type"] === "array");
  const maps = forms.filter(({ view }) => view["type"] === "object");
  return (
    nullable &&
    ["string", "number", "boolean"].every(has) &&
    maps.length === 1 &&
    maps.every(
      ({ view }) =>
        view["properties"] === undefined && isAnyJson(conversion, asNode(view["additionalProperties"]), open),
    ) &&
    lists.every(({ view }) => view["prefixItems"] === undefined && isAnyJson(conversion, asNode(view["items"]), open))
  );
}
