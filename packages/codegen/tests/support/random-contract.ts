import { type Document, type Endpoint, Model, type TypeRef } from "@stator/contract";

import type { Random } from "./random.ts";

const KINDS: readonly Endpoint["kind"][] = ["unary", "server-stream", "client-stream", "duplex"];

/** A document with one endpoint, whose messages are some of these types. */
export function randomContract(types: Document, random: Random): Document {
  const model = new Model(types);
  const some = (): TypeRef => ({ kind: "ref", name: random.pick(types.types).name });
  const endpoint: Endpoint = {
    name: "ask",
    method: "ask",
    kind: random.pick(KINDS),
    input: random.chance(0.1) ? randomType(random, types.types) : some(),
    output: random.chance(0.1) ? randomType(random, types.types) : some(),
    ...(random.chance(0.4) ? { error: some() } : {}),
    ...(random.chance(0.3) ? { timeoutMs: random.below(10_000) } : {}),
    idempotent: random.chance(0.5),
    hash: "",
  };
  const messages = [endpoint.input, endpoint.output, ...(endpoint.error === undefined ? [] : [endpoint.error])];
  const reached = model.reach(messages);
  const service = { name: "S", namespace: "n", component: "s", endpoints: [endpoint], hash: "" };
  return {
    version: 1,
    crate: "random",
    hash: "",
    types: types.types.filter(({ name }) => reached.has(name)),
    services: [service],
    constants: [],
  };
}

/** A type as it may stand in a field. */
export function randomType(random: Random, types: readonly { readonly name: string }[], depth = 2): TypeRef {
  const inner = (): TypeRef => randomType(random, types, depth - 1);
  const makers: (() => TypeRef)[] = [
    () => ({ kind: random.pick(["bool", "string", "char", "unit", "json", "bytes"] as const) }),
    () => ({
      kind: "text",
      format: random.pick(["uuid", "url", "date-time", "local-date-time", "date", "time"] as const),
    }),
    () => randomInteger(random),
    () => randomInteger(random),
    () => ({ kind: "float", bits: random.pick([32, 64]) }),
    () => ({ kind: "literal", value: random.pick(["word", "Unit", "é😀", 1, -7, 255, 300, 1.5, 1e21, true, false]) }),
    ...(types.length === 0 ? [] : [(): TypeRef => ({ kind: "ref", name: random.pick(types).name })]),
  ];
  if (depth > 0) {
    makers.push(
      () => ({ kind: random.pick(["option", "list", "set"] as const), of: inner() }),
      () => ({ kind: "array", of: inner(), length: random.below(3) + 1 }),
      () => ({ kind: "tuple", items: Array.from({ length: random.below(3) + 1 }, inner) }),
      () => ({ kind: "map", key: { kind: random.pick(["string", "char"] as const) }, value: inner() }),
    );
  }
  return random.pick(makers)();
}

function randomInteger(random: Random): TypeRef {
  const bits = random.pick([8, 16, 32, 64, 128]);
  const type = { kind: "int", bits, signed: random.chance(0.5) } as const;
  return bits < 64 ? type : { ...type, policy: random.pick(["bigint", "number", "string"] as const) };
}
