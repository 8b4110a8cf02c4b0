import type { TypeRef } from "@stator/contract";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import Ajv2020 from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as arktype from "./fixtures/typescript/arktype-schemas.ts";
import * as valibot from "./fixtures/typescript/valibot-schemas.ts";
import * as zod from "./fixtures/typescript/zod-schemas.ts";
import {
  type ExportedFolder,
  exportFolder,
  type GeneratedIssues,
  type GeneratedSchema,
} from "./support/export-folder.ts";
import { mutate } from "./support/mutate.ts";
import { Random } from "./support/random.ts";
import { ValueMaker } from "./support/random-value.ts";

type Schemas = Readonly<Record<string, StandardSchemaV1>>;
type Library = { readonly exact: Schemas; readonly wider: Schemas };

const libraries: Readonly<Record<string, Library>> = { zod, valibot, arktype };

/** Set for a longer run: values over all schemas. */
const VALUES = Number(process.env["CODEGEN_FUZZ_VALUES"] ?? 100_000);
const SEED = Number(process.env["CODEGEN_FUZZ_SEED"] ?? 1);
const each = VALUES / Object.values(libraries).flatMap(({ exact }) => Object.keys(exact)).length;

/** For each schema of which a document says less: what it takes, where a narrower document would refuse it. */
const samples: Readonly<Record<string, unknown>> = {
  email: "a@example.com",
  uuid: "67E55044-10B1-426F-9247-BB680E5FE0C8",
  moment: "2026-01-31T12:00:00.1234567891Z",
  link: "http://example.com",
  encoded: "aGk=",
  pattern: "aaa",
  even: 4,
  refined: { a: "ab" },
  narrowed: "yes",
  checked: "yes",
  bytes: "abc",
  graphemes: "👨‍👩‍👧👨‍👩‍👧",
  trimmed: "  abc  ",
  keyed: { ab: 1 },
  template: "v1",
};

describe.each(Object.keys(libraries))("%s", (name) => {
  const { exact, wider } = libraries[name] as Library;
  let exactFolder: ExportedFolder;
  let widerFolder: ExportedFolder;

  beforeAll(async () => {
    exactFolder = await exportFolder(`${name}-schemas.ts#Exact`, "--json-schema");
    widerFolder = await exportFolder(`${name}-schemas.ts#Wider`);
  });
  afterAll(() => {
    exactFolder[Symbol.dispose]();
    widerFolder[Symbol.dispose]();
  });

  test("an exact document has no notes", () => {
    expect(exactFolder.output).not.toContain("note:");
  });

  test.each(Object.keys(exact))("the generated validator takes what %s takes, and reads it alike", async (property) => {
    const { schema, type } = await inputOf(exactFolder, property);
    const original = exact[property] as StandardSchemaV1;
    const counts = { taken: 0, refused: 0 };
    for (const value of valuesOf(exactFolder, type)) {
      const ours = schema["~standard"].validate(value);
      const theirs = original["~standard"].validate(value) as StandardSchemaV1.Result<unknown>;
      if ((ours.issues === undefined) !== (theirs.issues === undefined)) {
        if (name !== "zod" && isListForObject(ours.issues)) continue;
        const only = ours.issues === undefined ? "only the document" : `only ${name}`;
        throw new Error(`${only} takes ${Bun.inspect(value)}`);
      }
      // The guard says of what was read that it has the type, and of what was refused that it has not.
      if (!schema.matches(ours.issues === undefined ? ours.value : value) === (ours.issues === undefined)) {
        throw new Error(`the guard disagrees about ${Bun.inspect(value)}`);
      }
      counts[theirs.issues === undefined ? "taken" : "refused"]++;
      // ArkType keeps keys that it does not know.
      if (theirs.issues === undefined && name !== "arktype") expect(ours.value).toEqual(theirs.value);
    }
    // A test that sees only one of the two says nothing.
    expect(counts.taken).toBeGreaterThan(0);
    if (property !== "anything") expect(counts.refused).toBeGreaterThan(0);
  });

  test("generated JSON Schema takes what generated validators take", async () => {
    const bundle = JSON.parse(readFileSync(join(exactFolder.path, "json-schema.json"), "utf8")) as { $defs: object };
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(bundle, "all");
    for (const property of Object.keys(exact)) {
      const { schema, type } = await inputOf(exactFolder, property);
      const named = `${type.name}Input` in bundle.$defs ? `${type.name}Input` : type.name;
      const validate = ajv.getSchema(`all#/$defs/${named}`);
      for (const value of valuesOf(exactFolder, type)) {
        const { issues } = schema["~standard"].validate(value);
        // Days that there are have no form in a pattern.
        if (issues?.[0]?.message.includes("a date such as") === true) continue;
        if (validate?.(value) !== (issues === undefined)) {
          throw new Error(`${property}: JSON Schema and validator disagree about ${Bun.inspect(value)}`);
        }
      }
    }
  });

  test.each(Object.keys(wider))("where the document says less than %s, it takes all the same", async (property) => {
    const { schema } = await inputOf(widerFolder, property);
    const original = wider[property] as StandardSchemaV1;
    const sample = samples[property];
    expect(await original["~standard"].validate(sample)).not.toHaveProperty("issues");
    expect(schema["~standard"].validate(sample).issues).toBeUndefined();
    expect(widerFolder.output).toContain(`note: Wider.${property} input`);
  });
});

/** The type of an endpoint's input, with its generated schema. */
async function inputOf(
  folder: ExportedFolder,
  name: string,
): Promise<{ schema: GeneratedSchema; type: TypeRef & { kind: "ref" } }> {
  const type = folder.document.services[0]?.endpoints.find((endpoint) => endpoint.name === name)?.input;
  if (type?.kind !== "ref") throw new Error(`no type of ${name}`);
  return { schema: await folder.schema(type.name), type };
}

/** valibot and ArkType take a list for an object; JSON Schema and the document do not. */
function isListForObject(issues: GeneratedIssues): boolean {
  return issues?.some(({ message }) => /expected an? (plain )?object, got a list of \d+$/.test(message)) === true;
}

/** Values of a type: some right, some nearly. */
function* valuesOf({ document }: ExportedFolder, type: TypeRef): Generator {
  const random = new Random(SEED);
  const maker = new ValueMaker(document, random, true);
  for (let count = 0; count < each; count++) {
    let value = maker.type(type, 4);
    for (let change = random.below(3); change > 0; change--) value = mutate(value, random);
    if (!isLeftOut(value)) yield value;
  }
}

/**
 * What is left out: integers beyond 2^53, which arrive as `bigint` and the libraries refuse; the key `__proto__`, which
 * zod always drops; and what is no JSON.
 */
function isLeftOut(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "bigint";
  const isPlain = ([Object.prototype, Array.prototype] as unknown[]).includes(Object.getPrototypeOf(value));
  return !isPlain || Object.hasOwn(value, "__proto__") || Object.values(value).some(isLeftOut);
}
