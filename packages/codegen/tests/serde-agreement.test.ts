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
import { snapshot } from "./support/snapshot.ts";
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

/** Values that are made and compared at a time, so that a long run needs no more memory than a short one. */
const AT_ONCE = 50_000;

type Line = { readonly name: string; readonly json: string };

function beforeGot(message: string): string {
  return message.replace(/, got .*/s, "");
}

/** JSON as Rust holds it. */
function canonical(name: string, json: string): string {
  return printExact(afterRust.type({ kind: "ref", name }, parseExact(json)), true);
}

/** What we make of JSON that Rust wrote: it may leave out keys that have a default. */
function read(name: string, json: string): string {
  const schema = schemas[name] as generated.Schema<unknown>;
  return attempt(() => canonical(name, schema.encode(schema.decode(json))));
}

/** Compares what the generated code and serde make of random values. */
class Comparison {
  accepted = 0;
  misfits = 0;
  refused = 0;
  readonly differences: string[] = [];

  async add(lines: readonly Line[]): Promise<void> {
    const answers = await askSerde(lines.map(({ name, json }) => `${name} ${json}`));
    const written: (Line & { readonly ours: string })[] = [];
    lines.forEach((line, index) => {
      const ours = this.#compare(line, answers[index] ?? "nothing");
      if (ours !== null) written.push({ ...line, ours });
    });
    // What we write is read by Rust as what we read.
    const again = await askSerde(written.map(({ name, ours }) => `${name} ${ours}`));
    written.forEach(({ name, json, ours }, index) => {
      const answer = again[index] ?? "nothing";
      if (!answer.startsWith("ok ") || read(name, answer.slice(3)) !== canonical(name, ours))
        this.differences.push(`${name} ${json}: we write ${ours}, of which Rust says ${answer}`);
    });
  }

  /** Returns what we write for the value, if it is one. */
  #compare({ name, json }: Line, answer: string): string | null {
    const schema = schemas[name] as generated.Schema<unknown>;
    const value = parseExact(json);
    if (answer.startsWith("error")) this.refused++;
    if (hasUnwrittenForm(document, { kind: "ref", name }, value)) return null;
    const result = schema["~standard"].validate(value);
    const decoded = attempt(() => snapshot(schema.decode(json), true));
    if (result.issues !== undefined) {
      const message = result.issues[0]?.message ?? "";
      if (answer.startsWith("ok") && !stricter.test(message))
        this.differences.push(`${name} ${json}: Rust accepts it, we say ${message}`);
      if (answer.startsWith("misfit ")) {
        this.misfits++;
        if (shown(answer) !== shown(`misfit ${message}`))
          this.differences.push(`${name} ${json}: we say ${message}, Rust says ${answer}`);
      }
      // Types without wide integers are decoded by plain `JSON.parse`, which rounds what the message shows.
      if (beforeGot(decoded) !== beforeGot(`${name}: ${message}`))
        this.differences.push(`${name} ${json}: decode says ${decoded}`);
      return null;
    }
    if (!answer.startsWith("ok")) {
      this.differences.push(`${name} ${json}: we accept it, Rust says ${answer}`);
      return null;
    }
    this.accepted++;
    const ours = schema.encode(result.value);
    if (decoded !== snapshot(result.value, true)) this.differences.push(`${name} ${json}: decode gives ${decoded}`);
    const theirs = read(name, answer.slice(3));
    if (canonical(name, ours) !== theirs)
      this.differences.push(`${name} ${json}: we read ${ours}, serde writes ${answer}, read as ${theirs}`);
    return ours;
  }
}

/** What a function returns, or the message of what it throws. */
function attempt(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return (error as Error).message;
  }
}

test(
  "generated validators and codecs and Rust accept the same values, read and write them alike, and say the same of limits",
  async () => {
    const random = new Random(seed);
    const maker = new ValueMaker(document, random);
    const names = document.types.map((type) => type.name).filter((name) => name in schemas);
    const comparison = new Comparison();
    for (let made = 0; made < count; made += AT_ONCE) {
      const lines = Array.from({ length: Math.min(AT_ONCE, count - made) }, () => {
        const name = random.pick(names);
        let value = maker.type({ kind: "ref", name }, 4);
        for (let times = random.below(3); times > 0; times--) value = mutate(value, random);
        return { name, json: printExact(value) };
      });
      await comparison.add(lines);
    }
    const { accepted, misfits, refused, differences } = comparison;
    if (count > AT_ONCE)
      process.stderr.write(
        `seed ${seed}: ${count} values of ${names.length} types, ${accepted} accepted, ${refused} refused by serde, ` +
          `${misfits} outside of limits, ${differences.length} differences\n`,
      );
    expect(differences.slice(0, 10)).toEqual([]);
    // All sides of the comparison are exercised.
    expect(accepted).toBeGreaterThan(count / 4);
    expect(misfits).toBeGreaterThan(count / 1_000);
    expect(refused).toBeGreaterThan(count / 10);
  },
  { timeout: 3_600_000 },
);

test("each float is read by Rust as the number that it is", async () => {
  const random = new Random(seed);
  const view = new DataView(new ArrayBuffer(8));
  const numbers = [5e-324, Number.MAX_VALUE, 0.1 + 0.2, 31.245270191439438];
  while (numbers.length < 10_000) {
    view.setUint32(0, random.below(2 ** 32));
    view.setUint32(4, random.below(2 ** 32));
    const number = view.getFloat64(0);
    if (Number.isFinite(number)) numbers.push(number);
  }
  const lists = {
    numbers,
    nested: [],
    pairs: [],
    three: [1, 2, 3],
    none: [],
    tuple: [true, "", null],
    single: [1],
    set: [],
  };
  const [answer = ""] = await askSerde([`Lists ${JSON.stringify({ ...lists, words: [] })}`]);
  expect(answer).toStartWith("ok ");
  expect((JSON.parse(answer.slice(3)) as { numbers: number[] }).numbers).toEqual(numbers);
});
