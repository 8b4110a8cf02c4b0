import { type Document, parseDocument, type Shape } from "@stator/contract";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runExport } from "./support/export-folder.ts";

const examples = join(import.meta.dir, "..", "..", "..", "apps", "examples");

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stator-export-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function documentOf(...parameters: string[]): Promise<Document> {
  const { code, output, errors } = await runExport(parameters);
  if (code !== 0) throw new Error(errors);
  return parseDocument(output, "standard output");
}

function shapeOf(document: Document, name: string): Shape | undefined {
  return document.types.find((type) => type.name === name)?.shape;
}

describe("the document", () => {
  test("says what the decorators say", async () => {
    const { crate, source, services } = await documentOf("shop.ts#Shop");
    expect({ crate, source }).toEqual({ crate: "tests/fixtures/typescript/shop.ts#Shop", source: "typescript" });
    expect(services).toMatchObject([{ name: "Shop", namespace: "shop", component: "shop" }]);
    const [shop] = services;
    expect(shop?.endpoints.map(({ name, method, kind }) => [name, method, kind])).toEqual([
      ["find", "find", "unary"],
      ["put", "put", "unary"],
      ["remove", "remove", "unary"],
      ["searchAll", "search_all", "server-stream"],
      ["count-all", "count_all", "unary"],
    ]);
    expect(shop?.endpoints[0]).toMatchObject({
      idempotent: true,
      http: { method: "GET", path: "/items/:sku", format: "auto" },
    });
    expect(shop?.endpoints[1]).toMatchObject({ idempotent: false, timeoutMs: 500 });
    expect(shop?.endpoints[4]).not.toHaveProperty("http");
    expect(shop?.endpoints[4]).not.toHaveProperty("timeoutMs");
  });

  test("names types after their id or title, else after the endpoint and the key", async () => {
    const { types } = await documentOf("shop.ts#Shop");
    expect(types.map(({ name }) => name)).toEqual([
      "Busy",
      "CountAllInput",
      "CountAllOutput",
      "FindInput",
      "Item",
      "ItemTagsItem",
      "Left",
      "Money",
      "MoneyCurrency",
      "PutOutput",
      "RemoveInput",
      "RemoveOutput",
      "SearchAllInput",
      "SoldOut",
    ]);
    expect(types.find(({ name }) => name === "Item")).toMatchObject({
      docs: "One item.",
      rust: "Shop.find output (Item)",
    });
  });

  test("says the service too where several have an endpoint of one name", async () => {
    const document = await documentOf("shop.ts");
    expect(document.services.map(({ name, component }) => [name, component])).toEqual([
      ["Shop", "shop"],
      ["Warehouse", "store"],
    ]);
    const names = document.types.map(({ name }) => name);
    expect(names).toContain("ShopFindInput");
    expect(names).toContain("WarehouseFindInput");
    expect(names).toContain("PutOutput");
    expect(await documentOf("shop.ts#Shop", "shop.ts#Warehouse")).toMatchObject({ services: document.services });
  });

  test("has fields with docs, limits, defaults, and keys that may stay away", async () => {
    const item = shapeOf(await documentOf("shop.ts#Shop"), "Item");
    expect(item).toEqual({
      kind: "struct",
      fields: [
        {
          name: "sku",
          docs: "What it is called in the store.",
          type: { kind: "string" },
          limits: { minChars: 1, maxChars: 20 },
        },
        { name: "price", type: { kind: "ref", name: "Money" } },
        {
          name: "tags",
          type: { kind: "list", of: { kind: "ref", name: "ItemTagsItem" } },
          default: [],
          mayBeAbsent: true,
        },
        { name: "note", type: { kind: "string" }, optional: true },
        { name: "code", type: { kind: "string" }, optional: true },
      ],
      unknownKeys: "strip",
    });
  });

  test("has declared errors under their names, with their status where it is always the same", async () => {
    const { types, services } = await documentOf("shop.ts#Shop");
    const errors = services[0]?.endpoints.flatMap(({ error }) => (error === undefined ? [] : [error]));
    expect(errors).toEqual([
      { kind: "ref", name: "SoldOut" },
      { kind: "ref", name: "Busy" },
    ]);
    expect(types.find(({ name }) => name === "SoldOut")).toEqual({
      name: "SoldOut",
      rust: "Shop.put error",
      shape: { kind: "newtype", of: { kind: "ref", name: "Left" } },
      status: 410,
    });
    expect(types.find(({ name }) => name === "Busy")).not.toHaveProperty("status");
    const { errors: notes } = await runExport(["shop.ts#Shop"]);
    expect(notes).toContain("note: Shop.count-all error: its HTTP status depends on its value");
  });

  test("is the same each time, whatever the modules compute or print, and its notes stand apart", async () => {
    const [first, second] = await Promise.all([runExport(["shop.ts#Shop"]), runExport(["shop.ts#Shop"])]);
    expect(first.output).toBe(second.output);
    expect(first.errors).toContain("the shop is loaded");
    expect(first.errors).toContain("note: Shop.find output (Item).code: its default is another one with each call");
    expect(first.errors).toContain("note: Shop.find output (Item).code: the format uuid, only the service checks");
  });

  test("has the hash of Rust where a service is written over generated types", async () => {
    for (const [file, name] of [
      ["backend.ts", "Backend"],
      ["middle.ts", "Middle"],
    ] as const) {
      const { output } = await runExport([`${file}#${name}`], join(examples, "hello-world"));
      const ours = parseDocument(output, name);
      const path = join(examples, "hello-world", "generated", "document.json");
      const theirs = parseDocument(readFileSync(path, "utf8"), path);
      const service = theirs.services.find((each) => each.name === name);
      expect(ours.services[0]?.hash).toBe(service?.hash as string);
      expect(ours.services[0]?.endpoints.map(({ hash }) => hash)).toEqual(
        service?.endpoints.map(({ hash }) => hash) ?? [],
      );
      expect(ours.types).toEqual(theirs.types as never);
    }
  });
});

describe("--out", () => {
  test("writes a document, and over a document, but over nothing else", async () => {
    const target = join(folder, "inner/shop.json");
    expect(await runExport(["shop.ts#Shop", "--out", target])).toMatchObject({
      code: 0,
      output: expect.stringContaining("written") as string,
    });
    const text = readFileSync(target, "utf8");
    expect(text).toBe((await runExport(["shop.ts#Shop"])).output);
    expect((await runExport(["shop.ts#Shop", "--out", target])).output).toContain("unchanged");
    writeFileSync(target, '{ "mine": true }\n');
    const { code, errors } = await runExport(["shop.ts#Shop", "--out", target]);
    expect(code).toBe(1);
    expect(errors).toContain("is no document, but one goes there. Move it away.");
    expect(readFileSync(target, "utf8")).toBe('{ "mine": true }\n');
  });

  test("compares with --check", async () => {
    const target = join(folder, "shop.json");
    expect(await runExport(["shop.ts#Shop", "--out", target, "--check"])).toMatchObject({ code: 1 });
    expect(existsSync(target)).toBe(false);
    await runExport(["shop.ts#Shop", "--out", target]);
    expect(await runExport(["shop.ts#Shop", "--out", target, "--check"])).toMatchObject({ code: 0, output: "" });
    writeFileSync(target, readFileSync(target, "utf8").replace('"shop"', '"shops"'));
    const { code, output } = await runExport(["shop.ts#Shop", "--out", target, "--check"]);
    expect(code).toBe(1);
    expect(output).toContain('-      "namespace": "shops",');
  });

  test("generates a folder whose headers name the service and the command", async () => {
    const out = join(folder, "generated");
    const parameters = ["shop.ts#Shop", "--out", out, "--open-api", "--json-schema"];
    expect(await runExport(parameters)).toMatchObject({ code: 0 });
    const [head] = readFileSync(join(out, "index.ts"), "utf8").split("\n");
    expect(head).toBe(
      "// Generated by stator-codegen from TypeScript: tests/fixtures/typescript/shop.ts#Shop. " +
        `Do not edit: change the service, then run \`stator-codegen export ${parameters.join(" ")}\`.`,
    );
    for (const path of ["clients/shop-client.ts", "services/shop.ts", "json-schema.json", "openapi/shop.json"]) {
      expect(existsSync(join(out, path))).toBe(true);
    }
    expect(await runExport([...parameters, "--check"])).toMatchObject({ code: 0 });
    const second = await runExport(parameters);
    expect(second.output).toContain("0 written, 0 removed");
  });

  test.each([
    [[], "export takes services, such as src/app.ts#Backend"],
    [["shop.ts", "--check"], "--check compares with --out"],
    [["shop.ts", "--out", "x.json", "--open-api"], "--json-schema and --open-api are files of a folder"],
    [["shop.ts", "--out="], "--out takes a folder, or a file that ends in .json"],
    [["shop.ts", "--oot", "x"], "--oot"],
  ])("%j is wrong usage", async (parameters, sentence) => {
    const { code, errors } = await runExport(parameters);
    expect(code).toBe(2);
    expect(errors).toContain(sentence);
  });

  test("--help says how it is used", async () => {
    expect(await runExport(["--help"])).toMatchObject({
      code: 0,
      output: expect.stringContaining("stator-codegen export <file>[#<Service>]") as string,
    });
  });
});

test("OpenAPI has the routes of @api, with the fields of the request where they go", async () => {
  await runExport(["shop.ts", "--out", join(folder, "out"), "--open-api"]);
  type Operation = {
    parameters?: { name: string; in: string; required: boolean }[];
    requestBody?: object;
    responses: object;
  };
  const path = join(folder, "out", "openapi", "shop.json");
  const { paths } = JSON.parse(readFileSync(path, "utf8")) as { paths: Record<string, Record<string, Operation>> };
  expect(Object.keys(paths)).toEqual(["/items/{sku}", "/searchAll"]);
  const item = paths["/items/{sku}"];
  expect(Object.keys(item ?? {})).toEqual(["get", "put", "delete"]);
  expect(item?.["get"]?.parameters).toMatchObject([
    { name: "sku", in: "path", required: true },
    { name: "language", in: "query", required: false },
  ]);
  expect(item?.["get"]).not.toHaveProperty("requestBody");
  expect(item?.["put"]?.parameters).toMatchObject([
    { name: "sku", in: "path", schema: { minLength: 1, maxLength: 20 } },
  ]);
  const body = {
    content: { "application/json": { schema: { required: ["price"], properties: { note: { type: "string" } } } } },
  };
  expect(item?.["put"]?.requestBody).toMatchObject(body);
  expect(JSON.stringify(item?.["put"]?.requestBody)).not.toContain('"sku"');
  const stream = JSON.stringify(paths["/searchAll"]?.["post"]?.responses);
  expect(stream).toContain("text/event-stream");
  expect(stream).not.toContain("ndjson");
  // HTTP does not reach it.
  expect(existsSync(join(folder, "out", "openapi", "warehouse.json"))).toBe(false);
});

test("diff compares exported documents", async () => {
  const command = join(import.meta.dir, "..", "src", "cli", "stator-codegen.ts");
  const before = join(folder, "before.json");
  const after = join(folder, "after.json");
  await runExport(["shop.ts#Shop", "--out", before]);
  const source = readFileSync(join(import.meta.dir, "fixtures", "typescript", "shop.ts"), "utf8");
  const changed = join(import.meta.dir, "fixtures", "typescript", `shop-${process.pid}.ts`);
  try {
    writeFileSync(
      changed,
      source
        .replace('z.enum(["EUR", "USD"])', 'z.enum(["EUR"])')
        .replace("note: z.string().optional()", "note: z.string()")
        .replace('path: "/items/:sku", input: Item', 'path: "/things/:sku", input: Item'),
    );
    await runExport([`${changed}#Shop`, "--out", after]);
  } finally {
    rmSync(changed);
  }
  const child = Bun.spawn([process.execPath, command, "diff", before, after], { stdout: "pipe" });
  const output = await child.stdout.text();
  expect(await child.exited).toBe(1);
  expect(output).toContain(
    "Shop.find: response note: the reader needs this key, and the writer may leave it out (new callers and old services)",
  );
  expect(output).toContain(
    "Shop.put: request note: the reader needs this key, and the writer may leave it out (old callers and new services)",
  );
  expect(output).toContain(
    "Shop.put: PUT /items/:sku of HTTP is now PUT /things/:sku (old HTTP clients and new services)",
  );
  expect(output).toContain("request price.currency");
});
