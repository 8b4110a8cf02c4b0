import { type JsonSchemaNode, type Mark, MARK, markOf } from "./json-schema-node.ts";

/** What zod hands to `override`. Its classes are not ours to name: any version from 4.2 on may be installed. */
type Converted = { readonly zodSchema: { readonly _zod: { readonly def: Definition } }; readonly jsonSchema: object };

type Definition = {
  readonly type: string;
  readonly values?: readonly unknown[];
  readonly checks?: readonly { readonly _zod: { readonly def: { readonly check: string } } }[];
};

const asText = "Use z.string(), and let the service read it.";

/** Types that have no JSON form, and what to write instead. */
const without: Readonly<Record<string, string>> = {
  bigint: "a bigint has no form in JSON that zod reads back. Use z.int(), or decimal text: z.string().regex(/^\\d+$/)",
  date: "a Date does not travel as JSON. Use z.iso.datetime(), or z.int() for milliseconds since 1970",
  map: "a Map does not travel as JSON. Use z.record()",
  set: "a Set does not travel as JSON. Use z.array()",
  symbol: `a symbol does not travel as JSON. ${asText}`,
  function: "a function does not travel as JSON. Make it an endpoint of its own",
  promise: "a promise does not travel as JSON. Use the schema of its value",
  file: "a file does not travel as JSON. Use z.base64()",
  nan: "NaN does not travel as JSON. Use z.null()",
  undefined: "undefined does not travel as JSON. Use .optional() for a key that may be missing, z.null() for no value",
  void: "undefined does not travel as JSON. Use z.null() for no value",
  custom: "z.custom() and z.instanceof() have no JSON Schema. Use a schema that says what is inside",
  transform: "a transform without a schema before it has no JSON Schema. Say what arrives: z.string().transform(...)",
};

/**
 * Options for zod's own conversion: what has no JSON form is marked at its place, so that every problem is found at once
 * and with its path, and so is what zod leaves out in silence.
 */
export const zodOptions: JsonSchemaNode = {
  unrepresentable: "any",
  override({ zodSchema, jsonSchema }: Converted): void {
    const node = jsonSchema as Record<string, unknown>;
    const { type, values = [], checks = [] } = zodSchema["_zod"].def;
    const kinds = checks.map((check) => check["_zod"].def.check);
    let mark: Mark = {};
    if (Object.hasOwn(without, type)) mark = { error: without[type] as string };
    if (type === "literal" && values.some((value) => typeof value === "bigint" || value === undefined)) {
      mark = { error: "a literal that is a bigint or undefined does not travel as JSON. Use a number, text or null" };
    }
    if (kinds.includes("custom")) mark = { ...mark, notes: ["what refine() checks, only the service checks"] };
    if (kinds.includes("overwrite")) mark = { ...mark, rewrites: true };
    if (Object.keys(mark).length > 0) node[MARK] = { ...markOf(node), ...mark };
  },
};
