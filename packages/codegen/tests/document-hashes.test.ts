import {
  ContractError,
  type Document,
  hashDocument,
  hashEndpoint,
  parseDocument,
  sealDocument,
} from "@stator/contract";
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..", "..", "..");
const documents = [
  "packages/codegen/tests/fixtures/generated/document.json",
  "apps/examples/hello-world/generated/document.json",
  "packages/runtime-native/src/generated/document.json",
];

function problemOf(text: string): string {
  try {
    parseDocument(text, "document.json");
  } catch (error) {
    if (error instanceof ContractError) return error.message;
    throw error;
  }
  return "";
}

describe.each(documents)("the hashes that Rust wrote into %s", (path) => {
  const text = readFileSync(join(root, path), "utf8");
  const document = parseDocument(text, path);

  test("are those that TypeScript computes", () => {
    expect(document.types.length).toBeGreaterThan(0);
    for (const { endpoints } of document.services) {
      for (const endpoint of endpoints) expect(hashEndpoint(endpoint, document.types)).toBe(endpoint.hash);
    }
  });

  test("are those of a document that is written here, where it has the same text", () => {
    const sealed = sealDocument(document);
    expect(sealed.document.services).toEqual(document.services as never);
    expect(hashDocument(sealed.document)).toBe(sealed.document.hash);
    // Rust writes 1.0 where JavaScript writes 1: then the text is another one, and so is its hash.
    expect(sealed.document.hash === document.hash).toBe(sealed.text === text);
    expect(() => parseDocument(sealed.text, path)).not.toThrow();
  });
});

describe("a document that was changed by hand", () => {
  const text = readFileSync(join(root, documents[1] as string), "utf8");

  test.each([
    [
      "a type that an endpoint reaches",
      '"bits": 32',
      '"bits": 16',
      "the endpoint Backend.generate, the endpoint Middle.generate",
    ],
    ["a limit", '"maxLength": 1048576', '"maxLength": 1048577', "the endpoint Backend.generate"],
    ["an endpoint", '"idempotent": true', '"idempotent": false', "the hash of the endpoint Backend.generate is"],
    ["an address", '"namespace": "hello"', '"namespace": "hallo"', "the hash of the service Backend is"],
    ["documentation", "Cuts a text into words.", "Cuts text.", "the hash of the document is"],
    ["the hash of an endpoint", "87f86c6c", "00000000", "the endpoint Backend.generate, the service Backend"],
    ["the hash of a service", "c4a46698", "00000000", "the hash of the service Backend is"],
    ["the hash of all", "83ee0035", "00000000", "the hash of the document is"],
    [
      "a name that is referred to",
      '"name": "Hop",\n      "rust"',
      '"name": "Hip",\n      "rust"',
      "it does not define",
    ],
    ["its form", '"endpoints": [', '"endpoint": [', "is not a document"],
  ])("is recognised: %s", (_, before, after, sentence) => {
    expect(text).toContain(before);
    const problem = problemOf(text.replace(before, after));
    expect(problem).toStartWith("document.json ");
    expect(problem).toContain(sentence);
  });

  test("is not one whose spaces changed", () => {
    expect(problemOf(JSON.stringify(JSON.parse(text)))).toBe("");
  });
});

test("keys and numbers count as they are written", () => {
  // JavaScript would sort the keys by their numbers, and forget the point.
  const unsealed: Document = { version: 1, crate: "c", hash: "", types: [], services: [], constants: [] };
  const { text, document } = sealDocument({
    ...unsealed,
    constants: [{ name: "a", type: { kind: "json" }, value: [2n ** 64n - 1n, "\u2028\u0001", 0.1] }],
  });
  expect(problemOf(text)).toBe("");
  expect(problemOf(text.replace(String(2n ** 64n - 1n), String(2n ** 64n - 2n)))).toContain("changed by hand");
  expect(document.hash).toHaveLength(64);
});
