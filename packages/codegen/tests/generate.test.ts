import type {
  ContentShape,
  Document,
  Endpoint,
  Field,
  Shape,
  StructShape,
  Tagging,
  TypeDefinition,
  TypeRef,
} from "@stator/contract";
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "../src/generate.ts";
import { GenerationError } from "../src/generation-error.ts";

const u8: TypeRef = { kind: "int", bits: 8, signed: false };
const text: TypeRef = { kind: "string" };
const ref = (name: string): TypeRef => ({ kind: "ref", name });

function struct(
  fields: Record<string, TypeRef | Omit<Field, "name">>,
  unknownKeys: "strip" | "refuse" = "strip",
): StructShape {
  const list = Object.entries(fields).map(([name, field]): Field =>
    "type" in field ? { name, ...field } : { name, type: field },
  );
  return { kind: "struct", fields: list, unknownKeys };
}

function define(name: string, shape: Shape, inline?: string): TypeDefinition {
  return { name, rust: `crate::${name}`, shape, ...(inline === undefined ? {} : { tsRs: { name, inline } }) };
}

function documentOf(types: TypeDefinition[], more: Partial<Document> = {}): Document {
  return { version: 1, crate: "test-contract", hash: "0", types, services: [], constants: [], ...more };
}

function endpoint(change: Partial<Endpoint>): Endpoint {
  const base = {
    name: "call",
    method: "call",
    kind: "unary",
    input: ref("A"),
    output: ref("A"),
    idempotent: false,
    hash: "0",
  };
  return { ...(base as Endpoint), ...change };
}

function problemsOf(document: Document): readonly string[] {
  try {
    generate(document, "{}", "bun run codegen");
  } catch (error) {
    if (error instanceof GenerationError) return error.problems;
    throw error;
  }
  return [];
}

const service = { name: "S", namespace: "n", component: "s", hash: "0" };

function enumOf(tagging: Tagging, content: ContentShape): Shape {
  return { kind: "enum", tagging, unknownKeys: "strip", variants: [{ name: "Only", shape: content }] };
}

describe("what has no exact form is refused, with the place", () => {
  test.each<[string, Document, string]>([
    [
      "flatten of an enum",
      documentOf([
        define("A", struct({ inner: { type: ref("E"), flatten: true } })),
        define("E", enumOf({ kind: "external" }, { kind: "unit" })),
      ]),
      "crate::A.inner: #[serde(flatten)] is for structs and maps",
    ],
    [
      "flatten of a strict struct",
      documentOf([
        define("A", struct({ inner: { type: ref("B"), flatten: true } })),
        define("B", struct({ x: u8 }, "refuse")),
      ]),
      "crate::A.inner: serde does not support deny_unknown_fields on a flattened struct",
    ],
    [
      "two fields with one key",
      documentOf([
        define("A", struct({ x: u8, inner: { type: ref("B"), flatten: true } })),
        define("B", struct({ x: u8 })),
      ]),
      "crate::A: the key x comes twice",
    ],
    [
      "Option around a nullable newtype",
      documentOf([
        define("A", struct({ x: { kind: "option", of: ref("B") } })),
        define("B", { kind: "newtype", of: { kind: "option", of: u8 } }),
      ]),
      "crate::A: Option around a type that can be null itself",
    ],
    [
      "a tag around a list",
      documentOf([
        define("A", enumOf({ kind: "internal", tag: "type" }, { kind: "newtype", of: { kind: "list", of: u8 } })),
      ]),
      'crate::A::Only: under #[serde(tag = "type")] a variant holds a struct or nothing',
    ],
    [
      "a field like the tag",
      documentOf([define("A", enumOf({ kind: "internal", tag: "type" }, struct({ type: u8 })))]),
      'crate::A::Only: a field is called "type" like the tag',
    ],
    [
      "128 bits in serde's buffer",
      documentOf([
        define(
          "A",
          enumOf({ kind: "untagged" }, struct({ x: { kind: "int", bits: 128, signed: true, policy: "bigint" } })),
        ),
      ]),
      "crate::A::Only: serde cannot read integers of 128 bits",
    ],
    [
      "names that generated files use",
      documentOf([define("Promise", struct({}))]),
      "generated files use the name Promise",
    ],
    [
      "a name and the input type of another",
      documentOf([define("A", struct({ x: { type: u8, default: 0 } })), define("AInput", struct({}))]),
      "are both called AInput",
    ],
    [
      "names of one file",
      documentOf([define("FooBar", struct({})), define("FOOBar", struct({}))]),
      "crate::FOOBar and crate::FooBar share the file foo-bar.ts",
    ],
    [
      "keys that one function would read",
      documentOf([define("A", struct({ "a-b": { kind: "list", of: u8 }, aB: { kind: "list", of: u8 } }))]),
      "crate::A: generated code has one name, AAB, for the key aB and for the key a-b. Rename one of them.",
    ],
    [
      "a key and a type that one function would read",
      documentOf([
        define("A", struct({ b: { kind: "list", of: ref("AB") } })),
        define("AB", struct({ x: { kind: "list", of: { kind: "list", of: u8 } }, xItem: { kind: "list", of: u8 } })),
      ]),
      "crate::A: generated code has one name, AB, for the key b and for the type AB. Rename one of them.",
    ],
    [
      "variants that one function would read",
      documentOf([
        define("A", {
          kind: "enum",
          tagging: { kind: "untagged" },
          unknownKeys: "strip",
          variants: [
            { name: "one-two", shape: struct({}) },
            { name: "oneTwo", shape: struct({}) },
          ],
        }),
      ]),
      "crate::A: generated code has one name, AOneTwo, for the variant oneTwo and for the variant one-two.",
    ],
    [
      "names in TypeScript, told to TypeScript",
      { ...documentOf([define("Promise", struct({}))]), source: "typescript" },
      "Give its schema another name: .meta({ id }) of zod",
    ],
    [
      "a method that clients have",
      documentOf([define("A", struct({}))], {
        services: [{ ...service, endpoints: [endpoint({ method: "close" })] }],
      }),
      "S.close: clients have a close of their own",
    ],
    [
      "two methods with one name",
      documentOf([define("A", struct({}))], {
        services: [
          { ...service, endpoints: [endpoint({ method: "get_it" }), endpoint({ method: "getIt", name: "x" })] },
        ],
      }),
      "another endpoint is called getIt in TypeScript too",
    ],
  ])("%s", (_, document, sentence) => {
    expect(problemsOf(document).join("\n")).toContain(sentence);
  });
});

describe("ts-rs is the second eye", () => {
  const shape = struct({
    count: u8,
    wide: { kind: "int", bits: 64, signed: false, policy: "bigint" },
    maybe: { kind: "option", of: text },
  });
  const agreed = "{ /** docs */ count: number, wide: bigint, maybe: string | null, }";

  test("an agreeing declaration passes, in any order", () => {
    expect(problemsOf(documentOf([define("A", shape, agreed)]))).toEqual([]);
    expect(
      problemsOf(documentOf([define("A", shape, "{ maybe: null | string, wide: bigint } & { count: number }")])),
    ).toEqual([]);
  });

  test.each([
    [agreed.replace("number", "string"), "crate::A.count: the contract says number, ts-rs says string"],
    [agreed.replace("count", "amount"), 'crate::A: ts-rs has a key "amount" that the contract has not'],
    [agreed.replace("wide: bigint, ", ""), 'crate::A: the contract has a key "wide" that ts-rs has not'],
    [agreed.replace("maybe:", "maybe?:"), "crate::A.maybe: ts-rs has a key that may be missing"],
    [agreed.replace(" | null", ""), "crate::A.maybe: the contract says null | string, ts-rs says string"],
    ["Array<number>", "crate::A: the contract says {"],
    ["{ count: ", "crate::A: ts-rs writes a type that cannot be read"],
  ])("%s", (inline, sentence) => {
    expect(problemsOf(documentOf([define("A", shape, inline)])).join("\n")).toContain(sentence);
  });
});

test("generated files use everything that they import", () => {
  const folder = join(import.meta.dir, "fixtures", "generated");
  const unused: string[] = [];
  for (const path of new Bun.Glob("**/*.ts").scanSync(folder)) {
    const source = readFileSync(join(folder, path), "utf8");
    for (const [, names = ""] of source.matchAll(/^import (?:type )?\{([^}]*)\}/gm)) {
      for (const name of names.split(",").map((part) => part.trim().replace(/^type |^.* as /, ""))) {
        if (name !== "" && source.split(new RegExp(`\\b${name}\\b`)).length < 3) unused.push(`${path}: ${name}`);
      }
    }
  }
  expect(unused).toEqual([]);
});

test("the output is a pure function of the document", () => {
  const document = documentOf([define("A", struct({ x: u8 })), define("B", struct({ a: ref("A") }))]);
  const once = generate(document, "{}", "bun run codegen");
  const again = generate(structuredClone(document), "{}", "bun run codegen");
  expect([...again]).toEqual([...once]);
  expect([...once.keys()]).toEqual([...once.keys()].toSorted());
});

test("a doc comment cannot end the comment it is printed in", () => {
  const document = documentOf([{ ...define("A", struct({ x: u8 })), docs: "Ends */ here" }]);
  expect(generate(document, "{}", "bun run codegen").get("types/a.ts")).toContain("/** Ends *\\/ here */");
});
