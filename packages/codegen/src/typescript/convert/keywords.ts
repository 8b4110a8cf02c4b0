import type { Findings } from "../findings.ts";
import { type JsonSchemaNode, markOf } from "../schema/json-schema-node.ts";
import type { Place } from "./place.ts";

const UNION = "a union of objects that differ in a literal key";

/** They decide about the form of a value, so a type without them would be another type. */
const refused: Readonly<Record<string, string>> = {
  if: `Use ${UNION}`,
  patternProperties: "Use one type for all keys: a record, or an object with a catch-all",
  dependentSchemas: `Use ${UNION}`,
  dependentRequired: `Use ${UNION}`,
  unevaluatedProperties: "Say in each object what becomes of unknown keys",
  unevaluatedItems: "Say the type of all items",
  contains: "Use one type for all items",
  $dynamicRef: "Use $ref",
};

/** They only narrow. Clients send more than the service takes, and the service says so. */
const dropped: Readonly<Record<string, string>> = {
  multipleOf: "that it is a multiple",
  uniqueItems: "that the items differ",
  contentEncoding: "the encoding",
  contentSchema: "the content",
};

/**
 * Refuses what has no form in a document and says what is dropped. `not` is no keyword here: a schema without values is
 * found where it is converted.
 */
export function checkKeywords(node: JsonSchemaNode, place: Place, findings: Findings): void {
  const { error, notes = [], rewrites = false } = markOf(node);
  if (error !== undefined) findings.problem(place, error);
  for (const note of notes) findings.note(place, note);
  if (rewrites) findings.note(place, "the service rewrites the text before it checks, so clients do not check it");
  for (const [keyword, remedy] of Object.entries(refused)) {
    if (node[keyword] !== undefined) {
      findings.problem(place, `${keyword} of JSON Schema has no form in a document. ${remedy}`);
    }
  }
  for (const [keyword, what] of Object.entries(dropped)) {
    if (node[keyword] !== undefined && node[keyword] !== false) {
      findings.note(place, `${what}, only the service checks`);
    }
  }
}
