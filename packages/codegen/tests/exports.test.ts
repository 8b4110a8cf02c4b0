import { type BoundClass, type BoundFunction, type Document, parseDocument, sealDocument } from "@stator/contract";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addonFileName } from "../src/support/addon-file-name.ts";

const command = join(import.meta.dir, "..", "src", "cli", "stator-codegen.ts");
const packages = join(import.meta.dir, "..", "..");
const fixtures = addon("codegen/tests/bindings", "bindings-fixtures", "codegen/tests/bindings/generated");
const runtime = addon("runtime-native", "stator", "runtime-native/src/generated");

type Place = { readonly file: string; readonly document: string };

function addon(folder: string, name: string, generated: string): Place {
  return {
    file: join(packages, folder, addonFileName(name)),
    document: join(packages, generated, "document.json"),
  };
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stator-exports-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function exportsOf(...parameters: string[]): Promise<{ code: number; output: string; errors: string }> {
  const child = Bun.spawn([process.execPath, command, "exports", ...parameters], {
    cwd: folder,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, output, errors };
}

/** The answer for the addon and a document that somebody changed. */
async function doctored(
  place: Place,
  change: (document: Document) => Document,
): Promise<{ code: number; output: string }> {
  const file = join(folder, "document.json");
  const document = parseDocument(readFileSync(place.document, "utf8"), place.document);
  writeFileSync(file, sealDocument(change(document)).text);
  return await exportsOf(place.file, file);
}

type Items = NonNullable<Document["bindings"]>["items"];

/** Another hash too, as a real change has. */
function withItems(change: (items: Items) => Items): (document: Document) => Document {
  return (document) => ({ ...document, bindings: { hash: "changed", items: change(document.bindings?.items ?? []) } });
}

function changed(name: string, change: (binding: BoundFunction) => object): (items: Items) => Items {
  return (items) => items.map((item) => (item.name === name ? { ...item, ...change(item as BoundFunction) } : item));
}

describe("the exports of a loaded addon", () => {
  test.each([
    ["the fixtures", fixtures],
    ["the runtime", runtime],
  ])("of %s are what its stubs come from", async (_, { file, document }) => {
    const { code, output } = await exportsOf(file, document);
    expect(output).toContain("exports what");
    expect(code).toBe(0);
  });

  test("one that is missing is named", async () => {
    const extra = { kind: "rawFunction", name: "fly", parameters: [], result: "undefined" } as const;
    const { code, output } = await doctored(
      fixtures,
      withItems((items) => [...items, extra]),
    );
    expect(code).toBe(1);
    expect(output).toContain("the export fly is missing in the addon");
    expect(output).toContain("Build it again with `stator-codegen build-addon`");
  });

  test("one too many is named", async () => {
    const { code, output } = await doctored(
      fixtures,
      withItems((items) => items.filter(({ name }) => name !== "addNumbers" && name !== "Counter")),
    );
    expect(code).toBe(1);
    expect(output).toContain("the export addNumbers of the addon is not in the document");
    expect(output).toContain("the export Counter.createZero of the addon is not in the document");
  });

  test("another number of parameters is named", async () => {
    const { code, output } = await doctored(
      fixtures,
      withItems(changed("addNumbers", ({ parameters }) => ({ parameters: parameters.slice(0, 1) }))),
    );
    expect(code).toBe(1);
    expect(output).toMatch(/addNumbers: the addon has sync \(a: .*, b: .*\).*, the document has sync \(a: [^)]*\): /);
  });

  test("another type of a result is named", async () => {
    const { output } = await doctored(fixtures, withItems(changed("fibonacci", () => ({ result: undefined }))));
    expect(output).toContain("fibonacci: the addon has");
  });

  test("members of the runtime's class are compared", async () => {
    const change = withItems((items) =>
      items.map((item) =>
        item.kind === "rawClass"
          ? {
              ...item,
              methods: item.methods.map((method) => (method.name === "feedEnd" ? { ...method, name: "fed" } : method)),
            }
          : item,
      ),
    );
    const { code, output } = await doctored(runtime, change);
    expect(code).toBe(1);
    expect(output).toContain("the method of NativeRuntime fed is missing in the addon");
    expect(output).toContain("the method of NativeRuntime feedEnd of the addon is not in the document");
  });

  test("parameters of the runtime's class are compared", async () => {
    const change = withItems((items) =>
      items.map((item) =>
        item.kind === "rawClass"
          ? { ...item, methods: item.methods.map((method) => ({ ...method, parameters: [] })) }
          : item,
      ),
    );
    const { code, output } = await doctored(runtime, change);
    expect(code).toBe(1);
    expect(output).toContain("NativeRuntime.feedEnd: the addon has (connection: number): undefined");
  });

  test("a type inside of a message is compared", async () => {
    const { code, output } = await doctored(fixtures, (document) => ({
      ...document,
      bindings: { hash: "changed", items: document.bindings?.items ?? [] },
    }));
    expect(code).toBe(1);
    expect(output).toContain("the addon was built from other types than the document has");
  });

  test("a file that is no addon is named", async () => {
    const file = join(folder, "nothing.node");
    writeFileSync(file, "nothing");
    const { code, errors } = await exportsOf(file, fixtures.document);
    expect(code).toBe(1);
    expect(errors).toContain("nothing.node cannot be loaded");
  });

  test("mistakes in the command line are told", async () => {
    expect(await exportsOf("only-one")).toMatchObject({ code: 2 });
    expect((await exportsOf()).errors).toContain('Expected JSON such as { "outputs"');
  });
});

test("a class of the document is one of the addon", () => {
  const document = JSON.parse(readFileSync(fixtures.document, "utf8")) as Document;
  const counter = document.bindings?.items.find(({ name }) => name === "Counter") as BoundClass | undefined;
  expect(counter?.methods.map(({ name }) => name)).not.toContain("notForJavascript");
});
