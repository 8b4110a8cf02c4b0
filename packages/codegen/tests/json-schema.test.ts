import { parseDocument } from "@stator/contract";
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020, { type ValidateFunction } from "ajv/dist/2020.js";
import * as generated from "./fixtures/generated/index.ts";
import { parseExact, printExact } from "./support/exact-json.ts";
import { mutate } from "./support/mutate.ts";
import { Random } from "./support/random.ts";
import { ValueMaker } from "./support/random-value.ts";

const folder = join(import.meta.dir, "fixtures", "generated");
const document = parseDocument(readFileSync(join(folder, "document.json"), "utf8"), "document.json");
const bundle = JSON.parse(readFileSync(join(folder, "json-schema.json"), "utf8")) as {
  $defs: Record<string, object | undefined>;
};
const schemas = generated as unknown as Record<string, generated.Schema<unknown>>;

/** What JSON Schema cannot say: bytes of text, spelling of base64 and URLs, days that there are, depth. */
const looser =
  /UTF-8|surrogates|as base64 text|absolute URL|such as|127 levels|decimal text|finite number of 32|bytes, got/;

/** Ajv loses a property that is called __proto__, so it cannot judge this one. */
const types = document.types.filter(({ name }) => name !== "Awkward");

function compiler(): (name: string) => ValidateFunction {
  // Formats need another package.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  ajv.addSchema(bundle, "all");
  return (name) => {
    const input = bundle.$defs[`${name}Input`] === undefined ? name : `${name}Input`;
    const validate = ajv.getSchema(`all#/$defs/${input}`);
    if (validate === undefined) throw new Error(`no schema of ${input}`);
    return validate;
  };
}

test("JSON Schema accepts what the validators accept", () => {
  const random = new Random(7);
  const maker = new ValueMaker(document, random);
  const schemaOf = compiler();
  const differences: string[] = [];
  let accepted = 0;
  let refused = 0;
  for (let count = 0; count < 20_000; count++) {
    const { name } = random.pick(types);
    let value = maker.type({ kind: "ref", name }, 4);
    for (let times = random.below(3); times > 0; times--) value = mutate(value, random);
    const json = printExact(value);
    // Integers beyond 2^53 are not what a validator of JSON Schema gets to see.
    if (/\d{16}/.test(json)) continue;
    const issue = schemas[name]?.["~standard"].validate(parseExact(json)).issues?.[0]?.message;
    const isValid = schemaOf(name)(JSON.parse(json));
    if (issue === undefined) accepted++;
    else refused++;
    if (isValid !== (issue === undefined) && !(isValid && issue !== undefined && looser.test(issue))) {
      differences.push(
        `${name} ${json}: ${isValid ? "JSON Schema accepts it" : "only we accept it"} (${issue ?? "fits"})`,
      );
    }
  }
  expect(differences.slice(0, 10)).toEqual([]);
  expect(accepted).toBeGreaterThan(5_000);
  expect(refused).toBeGreaterThan(3_000);
});

test("results have their keys, and defaults are shown where they may be missing", () => {
  expect(bundle.$defs["Strict"]).toMatchObject({ required: ["a", "b"], additionalProperties: false });
  expect(bundle.$defs["StrictInput"]).toMatchObject({ required: ["a"], properties: { b: { default: null } } });
  expect(bundle.$defs["Mode"]).toEqual({
    type: "string",
    enum: ["quick", "very-careful", "OFF"],
    description: "Text on its own, and a key of maps.",
  });
});

test("awkward keys stand in the schema", () => {
  const properties = (bundle.$defs["Awkward"] as { properties: object }).properties;
  expect(Object.keys(properties)).toContain("__proto__");
});

test("integers keep their digits", () => {
  const text = readFileSync(join(folder, "json-schema.json"), "utf8");
  expect(text).toContain('"maximum": 18446744073709551615');
  expect(text).toContain('"minimum": -9223372036854775808');
});

test("OpenAPI has a response for each status of a declared error", () => {
  const text = readFileSync(join(folder, "openapi", "failing-service.json"), "utf8");
  type Operation = { responses: Record<string, { description: string; content: Record<string, { schema: object }> }> };
  const api = JSON.parse(text) as {
    paths: Record<string, { post: Operation } | undefined>;
    components: { schemas: Record<string, object> };
  };
  const responses = api.paths["/take"]?.post.responses ?? {};
  expect(Object.keys(responses)).toEqual(["200", "400", "413", "429", "default"]);
  expect(responses["400"]?.description).toBe(
    "refused: The text is not acceptable.\n\nunknown: Something that a newer service says.",
  );
  expect(Object.keys(api.paths["/stream"]?.post.responses ?? {})).toEqual(["200", "410", "500", "default"]);
  expect(Object.keys(api.paths["/fine"]?.post.responses ?? {})).toEqual(["200", "default"]);

  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(api, "api");
  const pointer = "#/paths/~1take/post/responses/413/content/application~1json/schema";
  const validate = ajv.compile({ $ref: `api${pointer}` });
  const body = { code: "declared", message: "m", retryable: false, name: "TakeError" };
  expect(validate({ error: { ...body, details: { kind: "too_long", limit: 1, longestWord: null } } })).toBeTrue();
  expect(validate({ error: { ...body, details: { kind: "too_long" } } })).toBeFalse();
  expect(validate({ error: { ...body, name: "Other", details: { kind: "refused" } } })).toBeFalse();
});

test("OpenAPI refers only to what it has", () => {
  const text = readFileSync(join(folder, "openapi", "fixture-service.json"), "utf8");
  const api = JSON.parse(text) as { paths: object; components: { schemas: Record<string, unknown> } };
  expect(Object.keys(api.paths)).toEqual(["/getWide", "/listPairs"]);
  const references = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1] as string);
  expect(references).toContain("OptionalInput");
  for (const name of references) expect(api.components.schemas).toHaveProperty([name]);
  expect(api.paths).toMatchObject({
    "/listPairs": {
      post: { responses: { "200": { content: { "application/x-ndjson": {}, "text/event-stream": {} } } } },
    },
  });
});
