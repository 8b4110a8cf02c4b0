import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { notes } from "./fixtures/typescript/noted.ts";
import { sentences } from "./fixtures/typescript/refused.ts";
import { runExport } from "./support/export-folder.ts";

/** What the command says when it refuses these services. */
async function refusal(...targets: string[]): Promise<string> {
  const { code, output, errors } = await runExport(targets);
  expect(output).toBe("");
  expect(code).toBe(1);
  return errors;
}

test("what has no exact form is refused, all of it at once, with place and remedy", async () => {
  const lines = (await refusal("refused.ts#Refused")).split("\n");
  const expected = Object.entries(sentences).flatMap(([name, sentence]) => {
    const input = `Refused.${name} input${sentence}`;
    // What is wrong with a type that has a name of its own is said once.
    return sentence.startsWith(" (") ? [input] : [input, `Refused.${name} output${sentence}`];
  });
  for (const sentence of expected) {
    if (!lines.some((line) => line.startsWith(sentence))) throw new Error(`not refused: ${sentence}`);
  }
  expect(lines.filter((line) => line !== "")).toHaveLength(expected.length);
});

test("what only narrows is exported, and said as a note", async () => {
  const { code, errors } = await runExport(["noted.ts"]);
  expect(code).toBe(0);
  const lines = errors.split("\n").filter((line) => line !== "");
  for (const [name, sentence] of Object.entries(notes)) {
    if (!lines.some((line) => line.startsWith(`note: Noted.${name} input${sentence}`)))
      throw new Error(`not noted: ${name}`);
  }
  expect(lines).toHaveLength(Object.keys(notes).length * 2);
});

test.each([
  ["WithoutSchema", "WithoutSchema.call input: the endpoint has no input schema, so nobody knows what it takes."],
  ["WithoutSchema", "WithoutSchema.answer output: the endpoint has no output schema, so nobody knows what it gives."],
  ["WithoutSchema", "for any JSON, one that says so, such as z.unknown()"],
  ["Empty", "Empty: it has no endpoints: methods with @endpoint or @api"],
  ["lowercase", "lowercase: clients are called after the class, so its name has to be in PascalCase"],
  ["lowercase", "lowercase.get_it: clients have it as getIt, the class as get_it. Rename the method;"],
  ["Mute", 'schemas of mute cannot write JSON Schema: they lack "~standard".jsonSchema of Standard JSON Schema.'],
  ["OldZod", "this zod cannot write JSON Schema. Use zod 4.2 or newer"],
  ["Throwing", "Throwing.call input: no target"],
  ["SameName", "SameName.two input (Same): its type is called Same, and so is another one: SameName.one input (Same)."],
  ["Deep", "it nests too deeply. Give a part of it a name"],
])("%s: %s", async (service, sentence) => {
  expect(await refusal(`refused.ts#${service}`)).toContain(sentence);
});

test("valibot without its converter is told how to get it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stator-export-"));
  try {
    mkdirSync(join(folder, "node_modules", "@stator"), { recursive: true });
    for (const name of ["@stator/sdk", "valibot"]) {
      const path = realpathSync(join(import.meta.dir, "..", "node_modules", name));
      symlinkSync(path, join(folder, "node_modules", name));
    }
    writeFileSync(
      join(folder, "app.ts"),
      'import { endpoint, service } from "@stator/sdk";\n' +
        'import * as v from "valibot";\n' +
        '@service({ namespace: "test" })\n' +
        "export class App {\n" +
        "  @endpoint({ input: v.string(), output: v.string() })\n" +
        "  async call(text: string): Promise<string> {\n    return text;\n  }\n}\n",
    );
    const { code, errors } = await runExport(["app.ts"], folder);
    expect(code).toBe(1);
    expect(errors).toContain("valibot needs @valibot/to-json-schema to write JSON Schema. Install it beside valibot:");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ["missing.ts", "missing.ts: there is no file"],
  ["refused.ts#", "refused.ts#: say which service, as in app.ts#Backend, or leave # out."],
  ["refused.ts#Nobody", 'exports no "Nobody"; there is #Deep, #Empty, '],
  ["refused.ts#sentences", '"sentences" of '],
  ["broken.ts", "broken.ts cannot be loaded: "],
  ["quits.ts", "ended with 3 before its services were known"],
  ["../../support/random.ts", "exports no service: a class with @service."],
])("%s is named as what is wrong", async (target, sentence) => {
  expect(await refusal(target)).toContain(sentence);
});

test("a module without @stator/sdk is told so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stator-export-"));
  try {
    writeFileSync(join(folder, "app.ts"), "export class Backend {}\n");
    const { code, errors } = await runExport(["app.ts"], folder);
    expect(code).toBe(1);
    expect(errors).toContain("@stator/sdk is not installed there.");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
