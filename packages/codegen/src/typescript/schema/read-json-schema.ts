import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { arktypeOptions } from "./arktype.ts";
import { dropChangingDefaults } from "./drop-changing-defaults.ts";
import type { JsonSchemaNode } from "./json-schema-node.ts";
import { valibotOptions } from "./valibot.ts";
import { zodOptions } from "./zod.ts";

const target = "draft-2020-12";

/** What the libraries that we know can be told; all others are asked as they are. */
const options: Readonly<Record<string, JsonSchemaNode>> = {
  zod: zodOptions,
  valibot: valibotOptions,
  arktype: arktypeOptions,
};

type ToStandardJsonSchema = { toStandardJsonSchema(schema: StandardSchemaV1): StandardJSONSchemaV1 };

/** Time between two conversions, in which a default that is a time becomes another. */
const BETWEEN_MS = 5;

/**
 * The JSON Schema of what a schema accepts, which is what travels: the service checks requests and items with it, and
 * sends items as they are.
 *
 * `folder` is that of the service: helpers of a library are found from there. Throws an `Error` that says what to do.
 */
export async function readJsonSchema(schema: StandardSchemaV1, folder: string): Promise<JsonSchemaNode> {
  const convert = (await converterOf(schema, folder)).input;
  const { vendor } = schema["~standard"];
  const libraryOptions = options[vendor];
  const once = (): JsonSchemaNode => convert(libraryOptions === undefined ? { target } : { target, libraryOptions });
  const first = once();
  await Bun.sleep(BETWEEN_MS);
  return dropChangingDefaults(first, once());
}

async function converterOf(schema: StandardSchemaV1, folder: string): Promise<StandardJSONSchemaV1.Converter> {
  const props = schema["~standard"] as StandardSchemaV1.Props & Partial<StandardJSONSchemaV1.Props>;
  if (props.jsonSchema !== undefined) return props.jsonSchema;
  if (props.vendor === "valibot")
    return (await valibotHelper(folder)).toStandardJsonSchema(schema)["~standard"].jsonSchema;
  throw new Error(
    props.vendor === "zod"
      ? "this zod cannot write JSON Schema. Use zod 4.2 or newer"
      : `schemas of ${props.vendor} cannot write JSON Schema: they lack "~standard".jsonSchema of Standard JSON Schema. ` +
          "Use a library that implements it, such as zod 4.2, valibot or ArkType 2.1.28",
  );
}

async function valibotHelper(folder: string): Promise<ToStandardJsonSchema> {
  let path: string;
  try {
    path = Bun.resolveSync("@valibot/to-json-schema", folder);
  } catch {
    throw new Error(
      "valibot needs @valibot/to-json-schema to write JSON Schema. Install it beside valibot: " +
        "bun add -d @valibot/to-json-schema",
    );
  }
  return (await import(path)) as ToStandardJsonSchema;
}
