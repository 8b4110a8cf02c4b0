import {
  type Change,
  compareDocuments as compareInTypeScript,
  type Document,
  type Field,
  printChanges,
  sealDocument,
  type Shape,
  type TypeDefinition,
  type TypeRef,
} from "@stator/contract";
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Judges } from "./support/judges.ts";

/** Hears of every pair of documents that is compared here, for the last test. */
const judges = new Judges();

function compareDocuments(before: Document, after: Document): Change[] {
  judges.addDocuments(before, after);
  return compareInTypeScript(before, after);
}

const u8: TypeRef = { kind: "int", bits: 8, signed: false };
const u32: TypeRef = { kind: "int", bits: 32, signed: false };
const u64: TypeRef & { kind: "int" } = { kind: "int", bits: 64, signed: false, policy: "bigint" };
const text: TypeRef = { kind: "string" };
const ref = (name: string): TypeRef => ({ kind: "ref", name });
const option = (of: TypeRef): TypeRef => ({ kind: "option", of });
const list = (of: TypeRef): TypeRef => ({ kind: "list", of });

type Fields = Record<string, TypeRef | Omit<Field, "name">>;

function struct(fields: Fields, unknownKeys: "strip" | "refuse" = "strip"): Shape {
  const entries = Object.entries(fields).map(([name, field]) =>
    "type" in field ? { name, ...field } : { name, type: field },
  );
  return { kind: "struct", fields: entries, unknownKeys };
}

function variants(...names: string[]): Shape {
  return {
    kind: "enum",
    tagging: { kind: "external" },
    unknownKeys: "strip",
    variants: names.map((name) => ({ name, shape: { kind: "unit" } })),
  };
}

function literal(value: string | number | boolean): TypeRef {
  return { kind: "literal", value };
}

/** A type that has one of these forms. */
function forms(...types: TypeRef[]): Shape {
  return {
    kind: "enum",
    tagging: { kind: "untagged" },
    unknownKeys: "strip",
    variants: types.map((of, index) => ({ name: `Form${index}`, shape: { kind: "newtype", of } })),
  };
}

/** A service with one endpoint that takes a `Request` and gives a `Response`. */
function contract(types: Record<string, Shape>, more: Partial<Document> = {}): Document {
  const all: Record<string, Shape> = { Request: struct({}), Response: struct({}), ...types };
  const hash = Bun.hash(
    JSON.stringify(all, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
  );
  const endpoint = { name: "ask", method: "ask", kind: "unary", idempotent: true, hash: String(hash) } as const;
  return {
    version: 1,
    crate: "c",
    hash: String(hash),
    types: Object.entries(all).map(([name, shape]) => ({ name, rust: `c::${name}`, shape })),
    services: [
      {
        name: "S",
        namespace: "n",
        component: "s",
        hash: String(hash),
        endpoints: [{ ...endpoint, input: ref("Request"), output: ref("Response") }],
      },
    ],
    constants: [],
    ...more,
  };
}

function isShape(fields: Fields | Shape): fields is Shape {
  return typeof fields["kind"] === "string";
}

/** Which pairs of sides a change of the request breaks, with the reason. */
function request(before: Fields | Shape, after: Fields | Shape, types: Record<string, Shape> = {}): string[] {
  const shape = (fields: Fields | Shape): Shape => (isShape(fields) ? fields : struct(fields));
  return breaking(
    compareDocuments(contract({ ...types, Request: shape(before) }), contract({ ...types, Request: shape(after) })),
  );
}

function breaking(changes: readonly Change[]): string[] {
  return changes.filter(({ breaks }) => breaks !== null).map(({ text: reason, breaks }) => `${breaks}: ${reason}`);
}

function tree(value: TypeRef): Record<string, Shape> {
  return {
    Request: struct({ tree: ref("Tree") }),
    Tree: {
      kind: "enum",
      tagging: { kind: "untagged" },
      unknownKeys: "strip",
      variants: [
        { name: "Leaf", shape: { kind: "newtype", of: value } },
        { name: "Many", shape: { kind: "newtype", of: list(ref("Tree")) } },
      ],
    },
  };
}

async function run(before: Document, after: Document, ...options: string[]): Promise<{ code: number; output: string }> {
  const folder = mkdtempSync(join(tmpdir(), "stator-diff-"));
  try {
    writeFileSync(join(folder, "old.json"), sealDocument(before).text);
    writeFileSync(join(folder, "new.json"), sealDocument(after).text);
    const command = join(import.meta.dir, "..", "src", "cli", "stator-codegen.ts");
    const parameters = [process.execPath, command, "diff", "old.json", "new.json", ...options];
    const child = Bun.spawn(parameters, { cwd: folder, stdout: "pipe", stderr: "pipe" });
    const [output, code] = await Promise.all([child.stdout.text(), child.exited]);
    return { code, output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const OLD = "old callers and new services";
const NEW = "new callers and old services";

describe("a changed request breaks", () => {
  test.each<[string, Fields, Fields, string[]]>([
    ["nothing, with a new key that has a default", { a: u8 }, { a: u8, b: { type: u8, default: 0 } }, []],
    [
      "nothing, with a key that nobody needs any more",
      { a: u8, b: { type: option(u8), default: null } },
      { a: u8 },
      [],
    ],
    [
      "old callers, with a new key that is required",
      { a: u8 },
      { a: u8, b: u8 },
      [`${OLD}: request b: the reader needs this key, and the writer never sends it`],
    ],
    [
      "new callers, without a key that old services need",
      { a: u8, b: u8 },
      { a: u8 },
      [`${NEW}: request b: the reader needs this key, and the writer never sends it`],
    ],
    ["new callers, with a wider integer", { a: u8 }, { a: u32 }, [`${NEW}: request a: u32 is written, u8 is read`]],
    [
      "old callers, with a narrower integer in a list",
      { a: list(u64) },
      { a: list(u32) },
      [`${OLD}: request a[]: u64 is written, u32 is read`],
    ],
    [
      "new callers, with null that was none",
      { a: u8 },
      { a: option(u8) },
      [`${NEW}: request a: null may be written, and is not read`],
    ],
    [
      "both, with another type",
      { a: u8 },
      { a: text },
      [`${OLD}: request a: u8 is written, text is read`, `${NEW}: request a: text is written, u8 is read`],
    ],
    [
      "old callers, with a lower limit",
      { a: { type: text, limits: { maxLength: 9 } } },
      { a: { type: text, limits: { maxLength: 5 } } },
      [`${OLD}: request a: the reader takes a length of at most 5, the writer sends up to 9`],
    ],
    [
      "old callers, with a first limit",
      { a: text },
      { a: { type: text, limits: { minLength: 1 } } },
      [`${OLD}: request a: the reader wants a length of at least 1, the writer sends from 0`],
    ],
    [
      "both, with large integers as decimal text",
      { a: u64 },
      { a: { ...u64, policy: "string" } },
      [
        `${OLD}: request a: u64 is written, u64 as decimal text is read`,
        `${NEW}: request a: u64 as decimal text is written, u64 is read`,
      ],
    ],
    [
      "new callers, with bytes that become any text",
      { a: { kind: "bytes" } },
      { a: text },
      [`${NEW}: request a: text is written, bytes is read`],
    ],
    [
      "old callers, with rounding",
      { a: u64 },
      { a: { kind: "float", bits: 64 } },
      [
        `${OLD}: request a: u64 is written, f64 is read, which rounds large values`,
        `${NEW}: request a: f64 is written, u64 is read`,
      ],
    ],
  ])("%s", (_, before, after, expected) => {
    expect(request(before, after)).toEqual(expected);
  });

  test("nothing, where a field narrows the limit that its type has already", () => {
    const name: Shape = { kind: "newtype", of: text, limits: { maxLength: 9 } };
    const before = { a: { type: ref("Name"), limits: { maxLength: 5 } } };
    expect(request(before, { a: { type: text, limits: { maxLength: 5 } } }, { Name: name })).toEqual([]);
  });

  test("who refuses unknown keys", () => {
    expect(request(struct({ a: u8 }, "refuse"), struct({ a: u8, b: { type: u8, default: 0 } }, "refuse"))).toEqual([
      `${NEW}: request b: the reader refuses this key`,
    ]);
  });

  test("a reader that needs what Rust may leave out", () => {
    const absent: Field = { name: "a", type: u8, default: 0, mayBeAbsent: true };
    expect(request({ a: absent }, { a: u8 })).toEqual([
      `${OLD}: request a: the reader needs this key, and the writer may leave it out`,
    ]);
  });

  test("a new variant: old services do not know it, unless they take any", () => {
    const types = { Request: struct({ mode: ref("Mode") }) };
    const from = contract({ ...types, Mode: variants("a", "b") });
    const to = contract({ ...types, Mode: variants("a", "b", "c") });
    expect(breaking(compareDocuments(from, to))).toEqual([
      `${NEW}: request mode: the variant "c" may be written, and is not known to the reader`,
    ]);
    const open = variants("a", "b") as Shape & { kind: "enum" };
    const other: Shape = {
      ...open,
      variants: open.variants.map((variant, index) => ({ ...variant, other: index === 1 })),
    };
    expect(breaking(compareDocuments(contract({ ...types, Mode: other }), to))).toEqual([]);
  });

  test("recursive and untagged types come to an end", () => {
    expect(breaking(compareDocuments(contract(tree(u8)), contract(tree(u8))))).toEqual([]);
    expect(breaking(compareDocuments(contract(tree(u8)), contract(tree(u32))))).toEqual([
      `${NEW}: request tree: the form Leaf may be written, and fits none that the reader knows`,
    ]);
  });
});

test("in a response, it is the caller who reads", () => {
  const before = contract({ Response: struct({ a: u8 }) });
  const after = contract({ Response: struct({ a: u8, b: u8 }) });
  expect(breaking(compareDocuments(before, after))).toEqual([
    `${NEW}: response b: the reader needs this key, and the writer never sends it`,
  ]);
});

/** The contract of above whose endpoint declares an error. */
function withError(error: TypeDefinition | null): Document {
  const before = contract({});
  const declared = error === null ? {} : { error: ref(error.name) };
  return {
    ...before,
    types: error === null ? before.types : [...before.types, error],
    services: before.services.map((service) => ({
      ...service,
      endpoints: service.endpoints.map((endpoint) => ({ ...endpoint, ...declared, hash: JSON.stringify(error) })),
    })),
  };
}

function failed(shape: Shape, status?: number): TypeDefinition {
  return { name: "Failed", rust: "c::Failed", shape, ...(status === undefined ? {} : { status }) };
}

function statusTexts(before: TypeDefinition, after: TypeDefinition): string[] {
  return compareDocuments(withError(before), withError(after)).map(({ text: said, breaks }) => `${breaks}: ${said}`);
}

describe("a declared error", () => {
  test("may be new or gone", () => {
    const changes = compareDocuments(withError(null), withError(failed(variants("A"))));
    expect(changes).toEqual([{ place: "S.ask", text: "it declares the error Failed now", breaks: null }]);
    const back = compareDocuments(withError(failed(variants("A"))), withError(null));
    expect(back).toEqual([{ place: "S.ask", text: "it declares the error Failed no longer", breaks: null }]);
  });

  test("with a new variant breaks old callers, unless they read it as another", () => {
    const before = failed(variants("A"));
    const after = failed(variants("A", "B"));
    expect(breaking(compareDocuments(withError(before), withError(after)))).toEqual([
      `${OLD}: error: the variant "B" may be written, and is not known to the reader`,
    ]);
    expect(breaking(compareDocuments(withError(after), withError(before)))).toEqual([
      `${NEW}: error: the variant "B" may be written, and is not known to the reader`,
    ]);
    const other: Shape = {
      kind: "enum",
      tagging: { kind: "external" },
      unknownKeys: "strip",
      variants: [{ name: "A", shape: { kind: "unit" }, other: true }],
    };
    expect(breaking(compareDocuments(withError(failed(other)), withError(after)))).toEqual([]);
  });

  test("under another name is not known to either side", () => {
    const renamed = { ...failed(variants("A")), name: "Refused" };
    expect(breaking(compareDocuments(withError(failed(variants("A"))), withError(renamed)))).toEqual([
      `${OLD}: its error was called Failed and is called Refused`,
      `${NEW}: its error was called Failed and is called Refused`,
    ]);
  });

  test("with another HTTP status is said, and breaks nothing", () => {
    expect(statusTexts(failed(struct({})), failed(struct({}), 404))).toEqual([
      "null: error: its HTTP status changed from 500 to 404",
    ]);
    const one: Shape = {
      kind: "enum",
      tagging: { kind: "external" },
      unknownKeys: "strip",
      variants: [
        { name: "A", shape: { kind: "unit" }, status: 410 },
        { name: "B", shape: { kind: "unit" } },
      ],
    };
    expect(statusTexts(failed(one), failed(variants("A", "B"), 409))).toEqual([
      "null: error A: its HTTP status changed from 410 to 409",
      "null: error B: its HTTP status changed from 500 to 409",
    ]);
  });
});

describe("what only TypeScript has", () => {
  test("a literal is read where its type is, and no other one", () => {
    const change = (before: TypeRef, after: TypeRef, limits = {}): string[] =>
      request({ a: before }, { a: { type: after, limits } }).filter((text_) => text_.startsWith(OLD));
    for (const [from, to] of [
      [literal("x"), text],
      [literal("x"), option(text)],
      [literal(7), u8],
      [literal(7), { kind: "float", bits: 64 }],
      [literal(true), { kind: "bool" }],
      [literal("x"), { kind: "json" }],
    ] as const) {
      expect(change(from, to)).toEqual([]);
    }
    expect(change(literal("x"), literal("y"))).toEqual([`${OLD}: request a: "x" is written, "y" is read`]);
    expect(change(literal(300), u8)).toEqual([`${OLD}: request a: 300 is written, u8 is read`]);
    expect(change(literal("long"), text, { maxChars: 3 })).toEqual([
      `${OLD}: request a: "long" is written, text is read`,
    ]);
    expect(change(literal("😀"), text, { minChars: 2, maxChars: 1 })).toEqual([]);
    expect(change(text, literal("x"))).toEqual([`${OLD}: request a: text is written, "x" is read`]);
  });

  test("a key that may be missing is no key that has to be there", () => {
    const optional = { type: u8, optional: true };
    expect(request({}, { a: optional })).toEqual([]);
    expect(request({ a: optional }, { a: u8 })).toEqual([
      `${OLD}: request a: the reader needs this key, and the writer may leave it out`,
    ]);
    expect(request({ a: u8 }, { a: optional })).toEqual([
      `${NEW}: request a: the reader needs this key, and the writer may leave it out`,
    ]);
    expect(request({ a: optional }, { a: { type: u8, default: 1 } })).toEqual([]);
  });

  test("lengths in characters are limits too", () => {
    expect(
      request({ a: { type: text, limits: { maxChars: 5 } } }, { a: { type: text, limits: { maxChars: 4 } } }),
    ).toEqual([`${OLD}: request a: the reader takes a length in characters of at most 4, the writer sends up to 5`]);
  });

  test("a type may become one of several forms, but not the other way", () => {
    const both = { Both: forms(u8, text) };
    expect(request({ a: u8 }, { a: ref("Both") }, both)).toEqual([
      `${NEW}: request a.Form1: text is written, u8 is read`,
    ]);
    expect(request({ a: { kind: "bool" } }, { a: ref("Both") }, both)).toContainEqual(
      `${OLD}: request a: a boolean is written, and fits none of the forms that are read`,
    );
    const objects = { Both: forms(ref("One"), text), One: struct({ x: u8 }) };
    expect(
      request({ a: ref("One") }, { a: option(ref("Both")) }, objects).filter((each) => each.startsWith(OLD)),
    ).toEqual([]);
    // Forms that contain each other end.
    const nested = { Both: forms(list(ref("Both")), text), Lists: { kind: "newtype", of: list(ref("Both")) } as const };
    expect(request({ a: ref("Both") }, { a: ref("Lists") }, nested)).toContainEqual(
      `${OLD}: request a.Form1: text is written, a list is read`,
    );
  });

  test("a route of HTTP that changes breaks those who use it", () => {
    const before = contract({});
    const withRoute = (http: object | null): Document => {
      const [service] = before.services;
      const [endpoint] = service?.endpoints ?? [];
      if (service === undefined || endpoint === undefined) throw new Error("no endpoint");
      return {
        ...before,
        services: [{ ...service, endpoints: [{ ...endpoint, ...(http === null ? {} : { http }) }] } as never],
      };
    };
    const post = { method: "POST", path: "/a", format: "auto" };
    const changes = compareDocuments(withRoute(post), withRoute({ ...post, path: "/b" }));
    expect(breaking(changes)).toEqual(["old HTTP clients and new services: POST /a of HTTP is now POST /b"]);
    expect(breaking(compareDocuments(withRoute(post), withRoute(null)))).toHaveLength(1);
    expect(breaking(compareDocuments(withRoute(null), withRoute(post)))).toEqual([]);
  });
});

test("addresses, kinds and endpoints", () => {
  const before = contract({});
  const service = before.services[0];
  const endpoint = service?.endpoints[0];
  if (service === undefined || endpoint === undefined) throw new Error("no endpoint");
  const withService = (change: object): Document => ({ ...before, services: [{ ...service, ...change }] });
  const withEndpoint = (change: object): Document =>
    withService({ endpoints: [{ ...endpoint, hash: "new", ...change }] });
  expect(breaking(compareDocuments(before, withService({ component: "t" })))).toHaveLength(2);
  expect(breaking(compareDocuments(before, withService({ endpoints: [] })))).toEqual([`${OLD}: the endpoint is gone`]);
  expect(breaking(compareDocuments(withService({ endpoints: [] }), before))).toEqual([]);
  expect(breaking(compareDocuments(before, withEndpoint({ kind: "server-stream" })))).toHaveLength(2);
  expect(breaking(compareDocuments(before, withEndpoint({ timeoutMs: 5 })))).toEqual([]);
  expect(breaking(compareDocuments(before, withEndpoint({ idempotent: false })))).toHaveLength(1);
  expect(printChanges(compareDocuments(before, before))).toBe("Nothing changed on the wire.");
});

describe("the command", () => {
  const one = contract({ Request: struct({ a: u8 }) });
  const two = contract({ Request: struct({ a: u8, b: { type: u8, default: 1 } }) });
  const three = contract({ Request: struct({ a: u8, b: u8 }) });

  test("ends with 0 when old and new understand each other, else with 1", async () => {
    expect(await run(one, two)).toEqual({
      code: 0,
      output: "ok      S.ask: it changed, and both sides understand each other\nNothing breaks.\n",
    });
    const broken = await run(one, three);
    expect(broken.code).toBe(1);
    expect(broken.output).toContain("BREAKS  S.ask: request b: the reader needs this key");
    expect(broken.output).toContain(`(${OLD})`);
  });

  test("--json is for programs", async () => {
    const { code, output } = await run(one, three, "--json");
    expect(code).toBe(1);
    expect(JSON.parse(output)).toMatchObject({ compatible: false, changes: [{ place: "S.ask", breaks: OLD }] });
  });

  test("does not compare a document that was changed by hand", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stator-diff-"));
    try {
      const { text: sealed } = sealDocument(one);
      writeFileSync(join(folder, "old.json"), sealed);
      writeFileSync(join(folder, "new.json"), sealed.replace('"bits": 8', '"bits": 16'));
      const command = join(import.meta.dir, "..", "src", "cli", "stator-codegen.ts");
      const child = Bun.spawn([process.execPath, command, "diff", "old.json", "new.json"], {
        cwd: folder,
        stderr: "pipe",
      });
      expect(await child.stderr.text()).toContain(
        "new.json was changed by hand: the hash of the endpoint S.ask is that of",
      );
      expect(await child.exited).toBe(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("ends with 2 when it is used wrongly", async () => {
    expect((await run(one, two, "third.json")).code).toBe(2);
    expect((await run({ ...one, version: 99 }, two)).code).toBe(2);
  });
});

test("the judge in Rust says the same of all documents that were compared here", async () => {
  await judges.settle();
  expect(judges.differences).toEqual([]);
  const { compatible, incompatible } = judges.outcomes;
  expect(compatible).toBeGreaterThan(20);
  expect(incompatible).toBeGreaterThan(20);
}, 60_000);
