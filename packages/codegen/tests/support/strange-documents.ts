import { type ContractText, type Document, exactText, hashEndpoint } from "@stator/contract";

// Documents as a hostile service may send them, with hashes that are right where there can be one.

/** A document whose endpoint takes and gives the type `A`. */
export function documentOf(shapes: Record<string, unknown>): ContractText {
  const types = Object.entries(shapes).map(([name, shape]) => ({ name, rust: "", shape })) as Document["types"];
  const [input, output] = [named("A"), named("A")];
  const endpoint = { name: "cut", method: "cut", kind: "server-stream", input, output, idempotent: true } as const;
  const hash = hashOf({ ...endpoint, hash: "" }, types);
  const service = { name: "Texts", namespace: "n", component: "c", hash, endpoints: [{ ...endpoint, hash }] };
  const document: Document = { version: 1, crate: "c", hash, types, services: [service], constants: [] };
  return { hash, document: exactText(document) };
}

function hashOf(...described: Parameters<typeof hashEndpoint>): string {
  try {
    return hashEndpoint(...described);
  } catch {
    return NO_HASH;
  }
}

/** Of what has no hash of its own. */
const NO_HASH = "f".repeat(64);

export function struct(fields: Record<string, unknown>, flatten = false): object {
  return {
    kind: "struct",
    unknownKeys: "strip",
    fields: Object.entries(fields).map(([name, type]) => ({ name, type, ...(flatten ? { flatten } : {}) })),
  };
}

/** Each form of the one side may be each form of the other, and so may what is inside of them. */
export function knottedDocument(): ContractText {
  const knot = (next: string): object => untagged(named(next), { kind: "list", of: named(next) }, named(`B${next}`));
  const types = chain(60, knot, untagged({ kind: "bool" }));
  const more = Object.keys(types).map((name): [string, object] => [`B${name}`, struct({ a: named(name) })]);
  return documentOf({ ...types, ...Object.fromEntries(more) });
}

/** By what is strange. None of them can be compared with anything. */
export function strangeDocuments(): Readonly<Record<string, ContractText>> {
  const twice = (next: string): object => struct({ a: named(next), b: named(next) }, true);
  const texts = {
    nothing: "",
    "no JSON": "{",
    "a list": "[]",
    null: "null",
    "another version": '{"version":99}',
    "only a version": '{"version":1}',
    "no services": '{"version":1,"services":[],"types":[]}',
    "services that are none": '{"version":1,"services":{"length":1e9},"types":[]}',
    "endpoints that are none": '{"version":1,"services":[{"endpoints":[null]}],"types":[]}',
    "deep nesting": `{"version":1,"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    "a string without end": `{"version":1,"a":"${"\\u0000".repeat(100_000)}`,
  };
  return {
    ...Object.fromEntries(Object.entries(texts).map(([name, document]) => [name, { hash: NO_HASH, document }])),
    "a type that is missing": documentOf({}),
    "a shape that is none": documentOf({ A: null }),
    "a type that is itself": documentOf({ A: { kind: "newtype", of: named("A") } }),
    "a struct that flattens itself": documentOf({ A: struct({ a: named("A") }, true) }),
    "fields without end": documentOf(chain(40, twice, struct({ text: { kind: "string" } }))),
    "a key with a meaning": documentOf({ A: { ["__proto__"]: 1 } }),
    "the hash of something else": { ...documentOf({ A: struct({}) }), hash: NO_HASH },
  };
}

function named(name: string): { readonly kind: "ref"; readonly name: string } {
  return { kind: "ref", name };
}

function untagged(...of: object[]): object {
  const variants = of.map((type, index) => ({ name: `V${index}`, shape: { kind: "newtype", of: type } }));
  return { kind: "enum", tagging: { kind: "untagged" }, unknownKeys: "strip", variants };
}

/** Types `A`, `A1`, `A2` and so on, each linked to the next. */
function chain(length: number, link: (next: string) => object, end: object): Record<string, object> {
  return Object.fromEntries(
    Array.from({ length }, (_, index) => [
      index === 0 ? "A" : `A${index}`,
      index === length - 1 ? end : link(`A${index + 1}`),
    ]),
  );
}
