/** What generation and `diff` make of documents with bindings. */
import { type BoundClass, type BoundFunction, compareDocuments, type Document, parseDocument } from "@stator/contract";
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "../src/generate.ts";

const text = readFileSync(join(import.meta.dir, "bindings", "generated", "document.json"), "utf8");
const place = { name: "x", folder: "..", package: null };

type Items = NonNullable<Document["bindings"]>["items"];

function changed(change: (items: Items) => Items): Document {
  const document = parseDocument(text, "document.json");
  return { ...document, bindings: { hash: "", items: change(document.bindings?.items ?? []) } };
}

/** The document with another form of one of its functions. */
function withFunction(name: string, change: (call: BoundFunction) => object): Document {
  return changed((items) =>
    items.map((item) => (item.name === name ? { ...item, ...change(item as BoundFunction) } : item)),
  );
}

function withCounter(change: (bound: BoundClass) => object): Document {
  return changed((items) =>
    items.map((item) => (item.name === "Counter" ? { ...item, ...change(item as BoundClass) } : item)),
  );
}

test("a loader of an addon that packages carry asks for those, too, each by a literal", () => {
  const files = generate(
    changed((items) => items),
    text,
    "bun run codegen",
    { addon: { ...place, package: "@me/app" } },
  );
  const loader = files.get("bindings/require-addon.cts") ?? "";
  expect(loader).toContain('require("@me/app-linux-arm64-musl")');
  expect(loader.match(/require\("@me\/app-/g)).toHaveLength(7);
  expect(files.get("bindings/load-addon.ts")).toContain('${packageRemedy("@me/app")}');
  expect([...files.keys()]).toContain("support/package-remedy.ts");
});

function refusal(document: Document): string {
  try {
    generate(document, text, "bun run codegen", { addon: place });
  } catch (error) {
    return (error as Error).message;
  }
  return "it was generated";
}

const renamed = (name: string) => () => ({ name });
const firstMethod = (name: string) => (bound: BoundClass) => ({
  methods: bound.methods.map((method, index) => (index === 0 ? { ...method, name } : method)),
});

describe("names that cannot be generated are refused, with the remedy", () => {
  test.each([
    ["delete", "delete is a name that TypeScript or the generated files use themselves"],
    ["argument", "argument is a name that TypeScript or the generated files use themselves"],
    ["readThings", "readThings is a name that TypeScript or the generated files use themselves"],
    ["Settings", "are both called Settings"],
    ["echo-list", "the file bindings/echo-list.ts"],
    ["rawAddon", "the file bindings/raw-addon.ts is taken"],
  ])("a function called %s", (name, sentence) => {
    const message = refusal(withFunction("addNumbers", renamed(name)));
    expect(message).toContain(sentence);
    expect(message).toContain("stator_bindings_fixtures::scalars::add_numbers");
  });

  test.each(["close", "then", "toJSON", "constructor"])("a method called %s", (name) => {
    expect(refusal(withCounter(firstMethod(name)))).toContain(`generated classes have a ${name} of their own`);
  });

  test("two methods of one name", () => {
    expect(refusal(withCounter(firstMethod("add")))).toContain(
      "are both called add. Give it another name: #[binding(name",
    );
  });
});

test("errors that the stubs could not tell apart are refused", () => {
  const doorError = { is: "declared", type: { kind: "ref", name: "DoorError" } };
  expect(refusal(withFunction("countThenFail", () => ({ error: doorError })))).toContain("declare different errors");
  const list = { is: "declared", type: { kind: "list", of: { kind: "string" } } };
  expect(refusal(withFunction("divide", () => ({ error: list })))).toContain("a declared error is a struct or an enum");
});

test("an addon without a place for its files is refused", () => {
  const document = parseDocument(text, "document.json");
  expect(() => generate(document, text, "x")).toThrow('Add "addon": { "name": "my-addon" } to its output');
});

function value(type: object, form: string): object {
  return { is: "value", form, type };
}

describe("diff", () => {
  const before = parseDocument(text, "document.json");
  const i64 = { kind: "int", bits: 64, signed: true, policy: "bigint" } as const;

  function says(after: Document, from = before): string[] {
    return compareDocuments(from, after).map(
      ({ place: where, text: what, breaks }) => `${breaks ?? "ok"}: ${where}: ${what}`,
    );
  }

  const BREAKS = "code that calls the binding";

  test("says nothing when nothing changed", () => {
    expect(says(before)).toEqual([]);
  });

  test("names what is gone and what is new", () => {
    const less = changed((items) => items.filter(({ name }) => name !== "addNumbers" && name !== "Config"));
    expect(says(less)).toContain(`${BREAKS}: addNumbers: the binding is gone`);
    expect(says(less)).toContain(`${BREAKS}: set Config.name: the binding is gone`);
    expect(says(before, less)).toContain("ok: new Config: the binding is new");
  });

  test("follows arguments into Rust and results out of it", () => {
    const wider = withFunction("addNumbers", ({ parameters }) => ({
      parameters: parameters.map((parameter) => ({ ...parameter, ...value(i64, "bigint") })),
    }));
    expect(says(wider)).toEqual([]);
    expect(says(before, wider).join()).toContain(`${BREAKS}: addNumbers: a: `);
    const result = withFunction("addNumbers", () => ({ result: value(i64, "bigint") }));
    expect(says(result).join()).toContain(`${BREAKS}: addNumbers: result: `);
    const nothing = withFunction("addNumbers", () => ({ result: undefined }));
    expect(says(nothing)).toEqual([`${BREAKS}: addNumbers: result: there is none any more`]);
  });

  test("sees parameters, modes, errors and classes", () => {
    const option = { kind: "option", of: { kind: "bool" } };
    const more = (type: object): Document =>
      withFunction("addNumbers", ({ parameters }) => ({
        parameters: [...parameters, { name: "c", ...value(type, "boolean") }],
      }));
    expect(says(more(option))).toEqual(["ok: addNumbers: the parameter c is new"]);
    expect(says(more({ kind: "bool" }))).toEqual([`${BREAKS}: addNumbers: the parameter c is new`]);
    expect(says(withFunction("addNumbers", () => ({ mode: "task" })))).toEqual([
      `${BREAKS}: addNumbers: it was synchronous and is a promise`,
    ]);
    expect(says(withFunction("addNumbers", () => ({ error: { is: "text" } })))).toEqual([
      "ok: addNumbers: it may fail with a sentence now",
    ]);
    const merged = withFunction("merge", ({ parameters }) => ({
      parameters: parameters.map((parameter) => ({ ...parameter, class: "Config" })),
    }));
    expect(says(merged)).toContain(`${BREAKS}: merge: into: it is a Config for one side and a Counter for the other`);
    const asked = withFunction("ask", ({ parameters }) => ({
      parameters: parameters.map((parameter) =>
        parameter.is === "callback" ? { ...parameter, argument: value({ kind: "bool" }, "json") } : parameter,
      ),
    }));
    expect(says(asked).join()).toContain(`${BREAKS}: ask: answer argument: `);
  });
});
