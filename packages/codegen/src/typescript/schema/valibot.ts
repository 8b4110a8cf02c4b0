import { asNode, type JsonSchemaNode, marked } from "./json-schema-node.ts";

type Action = { readonly kind: string; readonly type: string };
type Converted = { readonly jsonSchema: object; readonly errors: readonly string[] | null };
type ConvertedAction = Converted & { readonly valibotAction: Action };
type ConvertedSchema = Converted & { readonly valibotSchema: { readonly type: string } };

/** Types that have no JSON form, and what to write instead. */
const instead: Readonly<Record<string, string>> = {
  bigint: "Use v.pipe(v.number(), v.safeInteger()), or decimal text",
  date: "Use v.pipe(v.string(), v.isoTimestamp()), or a number of milliseconds since 1970",
  map: "Use v.record()",
  set: "Use v.array()",
  undefined: "Use v.optional() for a key that may be missing, v.null() for no value",
  void: "Use v.null() for no value",
  nan: "Use v.null()",
};

/** They change text in place, before the checks that follow. */
const rewriting = ["trim", "trim_start", "trim_end", "to_lower_case", "to_upper_case", "normalize"];

/**
 * Options for `@valibot/to-json-schema`: what has no JSON form is marked at its place, so that every problem is found at
 * once and with its path. Actions that only check more, or only change the type in TypeScript, do not stand in the way.
 */
export const valibotOptions: JsonSchemaNode = {
  overrideAction({ valibotAction: { kind, type }, jsonSchema, errors }: ConvertedAction): JsonSchemaNode | null {
    if (errors === null || errors === undefined) return null;
    const node = asNode(jsonSchema);
    if (rewriting.includes(type)) return marked(node, { rewrites: true });
    if (kind === "metadata" || type === "brand" || type === "flavor" || type === "readonly") return node;
    if (kind === "validation") return marked(node, { notes: [`what ${type} checks, only the service checks`] });
    return marked(node, { error: `the action ${type} has no JSON Schema. Put a schema of what comes out behind it` });
  },
  overrideSchema({ valibotSchema: { type }, jsonSchema, errors }: ConvertedSchema): JsonSchemaNode | null {
    if (errors === null || errors === undefined) return null;
    const node = asNode(jsonSchema);
    // Keys from a list are converted, and complained about because other readers may not understand them.
    if (type === "record" && asNode(node["propertyNames"])["enum"] !== undefined) return node;
    const remedy = instead[type] ?? "Use a schema of JSON";
    return marked(node, { error: `${type} has no JSON Schema. ${remedy}` });
  },
};
