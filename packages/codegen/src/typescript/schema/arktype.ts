import { asNode, type JsonSchemaNode, marked } from "./json-schema-node.ts";

type Context = {
  readonly base: object;
  readonly domain?: string;
  readonly proto?: { readonly name: string };
  readonly unit?: unknown;
};

const refuse =
  (say: (context: Context) => string) =>
  (context: Context): JsonSchemaNode =>
    marked(asNode(context.base), { error: say(context) });

const remark =
  (note: string) =>
  (context: Context): JsonSchemaNode =>
    marked(asNode(context.base), { notes: [note] });

/**
 * Options for ArkType's own conversion. By itself it leaves out what has no JSON form without a word; here that is marked
 * at its place.
 */
export const arktypeOptions: JsonSchemaNode = {
  fallback: {
    domain: refuse(({ domain = "" }) => `${domain} does not travel as JSON. ${insteadOf(domain)}`),
    date: refuse(() => 'a Date does not travel as JSON. Use "string.date.iso", or "number.epoch"'),
    proto: refuse(({ proto }) => `${proto?.name ?? "a class"} does not travel as JSON. Use an object or a list`),
    unit: refuse(({ unit }) => `${String(unit)} does not travel as JSON. ${insteadOf(typeof unit)}`),
    symbolKey: refuse(() => "a key that is a symbol does not travel as JSON. Use text"),
    arrayObject: refuse(() => "a list with keys of its own does not travel as JSON. Use an object"),
    arrayPostfix: refuse(() => "a list whose last items are fixed has no exact form. Use an object"),
    morph: refuse(() => "what goes into a morph has no JSON Schema. Begin with the type of what arrives"),
    patternIntersection: remark("only one of several patterns is known to others; the service checks all"),
    predicate: remark("what narrow() checks, only the service checks"),
    defaultValue: () => undefined,
  },
};

function insteadOf(type: string): string {
  if (type === "bigint") return 'Use "number.integer", or decimal text';
  if (type === "undefined") return 'Write "name?" for a key that may be missing, "null" for no value';
  return "Use a type of JSON";
}
