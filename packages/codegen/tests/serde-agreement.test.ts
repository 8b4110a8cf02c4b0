import { parseDocument } from "@stator/contract";
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as generated from "./fixtures/generated/index.ts";
import { AfterRust } from "./support/after-rust.ts";
import { askSerde } from "./support/ask-serde.ts";
import { parseExact, printExact } from "./support/exact-json.ts";
import { mutate } from "./support/mutate.ts";
import { Random } from "./support/random.ts";
import { ValueMaker } from "./support/random-value.ts";
import { hasUnwrittenForm } from "./support/unwritten-form.ts";

const text = readFileSync(join(import.meta.dir, "fixtures", "generated", "document.json"), "utf8");
const document = parseDocument(text, "document.json");
const afterRust = new AfterRust(document);
const schemas = generated as unknown as Record<string, generated.Schema<unknown>>;

/** `CODEGEN_FUZZ_VALUES=1000000` for a long run, `CODEGEN_FUZZ_SEED` to repeat one. */
const count = Number(process.env["CODEGEN_FUZZ_VALUES"] ?? 40_000);
const seed = Number(process.env["CODEGEN_FUZZ_SEED"] ?? 1);

/** Where we are stricter on purpose: what JSON in Rust would round, and spellings never written. */
const stricter = /an integer of 64 bits|a UUID in|such as/;

/** What an f32 cannot hold has become infinite before Rust can show it. */
function shown(misfit: string): string {
  return misfit.replace(/(of 32 bits), got .*/, "$1");
}

/** What a schema made of a value, as Rust holds it. */
function canonical(name: string, value: unknown): string {
  const written = parseExact(schemas[name]?.encode(value) ?? "");
  return printExact(afterRust.type({ kind: "ref", name }, written), true);
}

test(
  "generated validators and Rust accept the same values, read them alike, and say the same of limits",
  async () => {
    const random = new Random(seed);
    const maker = new ValueMaker(document, random);
    const names = document.types.map((type) => type.name).filter((name) => name in schemas);
    const lines: { name: string; json: string }[] = [];
    while (lines.length < count) {
      const name = random.pick(names);
      let value = maker.type({ kind: "ref", name }, 4);
      for (let times = random.below(3); times > 0; times--) value = mutate(value, random);
      lines.push({ name, json: printExact(value) });
    }
    const answers = await askSerde(lines.map(({ name, json }) => `${name} ${json}`));
    let accepted = 0;
    let misfits = 0;
    const differences: string[] = [];
    lines.forEach(({ name, json }, index) => {
      const value = parseExact(json);
      const answer = answers[index] ?? "nothing";
      if (hasUnwrittenForm(document, { kind: "ref", name }, value)) return;
      const result = schemas[name]?.["~standard"].validate(value);
      if (result?.issues !== undefined) {
        const message = result.issues[0]?.message ?? "";
        if (answer.startsWith("ok") && !stricter.test(message))
          differences.push(`${name} ${json}: Rust accepts it, we say ${message}`);
        if (answer.startsWith("misfit ")) {
          misfits++;
          if (shown(answer) !== shown(`misfit ${message}`))
            differences.push(`${name} ${json}: we say ${message}, Rust says ${answer}`);
        }
      } else if (!answer.startsWith("ok")) {
        differences.push(`${name} ${json}: we accept it, Rust says ${answer}`);
      } else {
        accepted++;
        const theirs = schemas[name]?.["~standard"].validate(parseExact(answer.slice(3)));
        const ours = canonical(name, result?.value);
        const again = theirs?.issues === undefined ? canonical(name, theirs?.value) : theirs.issues[0]?.message;
        if (ours !== again)
          differences.push(`${name} ${json}: we read ${ours}, serde writes ${answer}, read as ${again}`);
      }
    });
    expect(differences.slice(0, 10)).toEqual([]);
    // Both sides of the comparison are exercised.
    expect(accepted).toBeGreaterThan(count / 4);
    expect(misfits).toBeGreaterThan(count / 1_000);
    expect(answers.filter((answer) => answer.startsWith("error")).length).toBeGreaterThan(count / 10);
  },
  { timeout: 600_000 },
);
