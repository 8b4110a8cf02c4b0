import { parseDocument } from "@stator/contract";
import { beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as generated from "./fixtures/generated/index.ts";
import { AfterRust } from "./support/after-rust.ts";
import { askSerde } from "./support/ask-serde.ts";
import { parseExact, printExact } from "./support/exact-json.ts";
import { Random } from "./support/random.ts";
import { ValueMaker } from "./support/random-value.ts";

/**
 * Values of every fixture type as Rust writes them, for any language to be measured by. `CODEGEN_GOLDEN_WRITE=1` adds
 * those of types that have none yet; a change of what is there already is a change of the wire.
 */
const file = join(import.meta.dir, "fixtures", "golden-vectors.json");
const text = readFileSync(join(import.meta.dir, "fixtures", "generated", "document.json"), "utf8");
const document = parseDocument(text, "document.json");
const schemas = generated as unknown as Record<string, generated.Schema<unknown>>;
const names = document.types.map(({ name }) => name);
const afterRust = new AfterRust(document);
const EACH = 4;

type Vector = { readonly name: string; readonly text: string };
let vectors: Vector[] = [];

beforeAll(async () => {
  if (process.env["CODEGEN_GOLDEN_WRITE"] === "1" || !existsSync(file)) await write();
  const golden = JSON.parse(readFileSync(file, "utf8")) as Record<string, string[]>;
  vectors = Object.entries(golden).flatMap(([name, texts]) => texts.map((each) => ({ name, text: each })));
}, 120_000);

async function write(): Promise<void> {
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string[]>) : {};
  const maker = new ValueMaker(document, new Random(11));
  const values: Vector[] = [];
  for (const name of names.filter((each) => known[each] === undefined)) {
    for (let tries = 0, found = 0; found < EACH && tries < 1_000; tries++) {
      const value = maker.type({ kind: "ref", name }, 3);
      if (schemas[name]?.["~standard"].validate(value).issues !== undefined) continue;
      values.push({ name, text: printExact(value) });
      found++;
    }
  }
  const golden: Record<string, string[]> = { ...known };
  const answers = await askSerde(values.map((vector) => `${vector.name} ${vector.text}`));
  answers.forEach((answer, index) => {
    const { name } = values[index] as Vector;
    const list = (golden[name] ??= []);
    if (answer.startsWith("ok ") && !list.includes(answer.slice(3))) list.push(answer.slice(3));
  });
  const sorted = Object.fromEntries(Object.entries(golden).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** Maps and sets without an order are brought into one. */
function canonical({ name, text: json }: Vector): string {
  return `${name} ${printExact(afterRust.type({ kind: "ref", name }, parseExact(json)), true)}`;
}

test("there are vectors of every type", () => {
  const covered = new Set(vectors.map(({ name }) => name));
  expect(names.filter((name) => !covered.has(name))).toEqual([]);
  expect(covered.size).toBeGreaterThanOrEqual(120);
});

test("what Rust wrote, TypeScript reads and writes; Rust reads that and writes what it wrote", async () => {
  const written = vectors.map(({ name, text: json }) => {
    const schema = schemas[name] as generated.Schema<unknown>;
    return `${name} ${schema.encode(schema.decode(json))}`;
  });
  const answers = await askSerde(written);
  const again = answers.map((answer, index) => {
    const { name } = vectors[index] as Vector;
    return answer.startsWith("ok ") ? canonical({ name, text: answer.slice(3) }) : `${name} ${answer}`;
  });
  expect(again).toEqual(vectors.map(canonical));
}, 120_000);

test("Rust still writes what it wrote", async () => {
  const answers = await askSerde(vectors.map(({ name, text: json }) => `${name} ${json}`));
  const again = answers.map((answer, index) =>
    canonical({ name: (vectors[index] as Vector).name, text: answer.slice(3) }),
  );
  expect(again).toEqual(vectors.map(canonical));
}, 120_000);
