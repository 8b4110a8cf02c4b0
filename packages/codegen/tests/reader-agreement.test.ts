import { Model, parseDocument, visitTypes } from "@stator/contract";
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as generated from "./fixtures/generated/index.ts";
import { distort, stranger } from "./support/distort.ts";
import { mutate } from "./support/mutate.ts";
import { Random } from "./support/random.ts";
import { ValueMaker } from "./support/random-value.ts";
import { ReferenceReader } from "./support/reference-reader.ts";
import { snapshot } from "./support/snapshot.ts";

const text = readFileSync(join(import.meta.dir, "fixtures", "generated", "document.json"), "utf8");
const document = parseDocument(text, "document.json");
const reference = new ReferenceReader(document);
const schemas = generated as unknown as Record<string, generated.Schema<unknown>>;
const names = document.types.map((type) => type.name).filter((name) => name in schemas);

/** `CODEGEN_FUZZ_VALUES=1000000` for a long run, `CODEGEN_FUZZ_SEED` to repeat one. */
const count = Number(process.env["CODEGEN_FUZZ_VALUES"] ?? 20_000);
const seed = Number(process.env["CODEGEN_FUZZ_SEED"] ?? 1);

type Sample = {
  readonly name: string;
  readonly schema: generated.Schema<unknown>;
  /** Makes the same value each time, so that two readers do not see what the other has read. */
  readonly make: (wrap?: <T extends object>(object: T) => T) => unknown;
};

function* samples(of: readonly string[] = names): Generator<Sample> {
  const random = new Random(seed);
  const maker = new ValueMaker(document, random);
  for (let made = 0; made < count; made++) {
    const name = random.pick(of);
    const schema = schemas[name] as generated.Schema<unknown>;
    let plain = maker.type({ kind: "ref", name }, 4);
    for (let times = random.below(3) - 1; times > 0; times--) plain = mutate(plain, random);
    const result = random.chance(0.5) ? schema["~standard"].validate(plain) : null;
    const value = result === null || result.issues !== undefined ? plain : result.value;
    const choices = random.below(2 ** 31);
    const isPlain = random.chance(0.2);
    yield { name, schema, make: (wrap) => (isPlain ? value : distort(value, new Random(choices), wrap)) };
  }
}

/** What came of a value, in a form that can be compared. */
function outcome(schema: generated.Schema<unknown>, value: unknown): string {
  const result = schema["~standard"].validate(value);
  if (result.issues === undefined) return snapshot(result.value);
  return result.issues.map(({ message, path }) => `${message} at ${JSON.stringify(path)}`).join();
}

function expected(name: string, value: unknown): string {
  const result = reference.read(name, value);
  return "value" in result ? snapshot(result.value) : `${result.message} at ${JSON.stringify(result.path)}`;
}

test("readers return, or say, what the reference does", () => {
  const differences: string[] = [];
  let accepted = 0;
  for (const { name, schema, make } of samples()) {
    const [ours, theirs] = [outcome(schema, make()), expected(name, make())];
    if (ours !== theirs) differences.push(`${name} ${snapshot(make())}: ${ours}, not ${theirs}`);
    if (!ours.includes("expected ")) accepted++;
  }
  expect(differences.slice(0, 10)).toEqual([]);
  expect(accepted).toBeGreaterThan(count / 5);
  expect(accepted).toBeLessThan(count * 0.95);
});

test("guards hold for values that readers would leave as they are", () => {
  const differences: string[] = [];
  let held = 0;
  for (const { name, schema, make } of samples()) {
    const ours = schema.matches(make());
    if (ours !== reference.is(name, make())) differences.push(`${name} ${snapshot(make())}: ${ours}`);
    if (ours) held++;
    const result = schema["~standard"].validate(make());
    if (result.issues !== undefined) {
      if (ours) differences.push(`${name} ${snapshot(make())}: is one, and is refused`);
    } else if (!schema.matches(result.value) || outcome(schema, result.value) !== snapshot(result.value)) {
      differences.push(`${name} ${snapshot(make())}: its result is not in its one form`);
    }
  }
  expect(differences.slice(0, 10)).toEqual([]);
  expect(held).toBeGreaterThan(count / 10);
  expect(held).toBeLessThan(count * 0.9);
});

test("a result is right, even of objects that give something else each time", () => {
  const random = new Random(seed);
  const model = new Model(document);
  // Maps and JSON that need no change are shared with what was given, so they would go on changing.
  const copied = names.filter((name) => !reachesMap(model, name));
  const differences: string[] = [];
  let accepted = 0;
  for (const { name, schema, make } of samples(copied)) {
    const result = schema["~standard"].validate(make(unsteady(random)));
    if (result.issues !== undefined) continue;
    accepted++;
    if (!schema.matches(result.value)) differences.push(`${name} ${snapshot(make())}: ${snapshot(result.value)}`);
  }
  expect(differences.slice(0, 10)).toEqual([]);
  expect(accepted).toBeGreaterThan(count / 10);
  expect(accepted).toBeLessThan(count * 0.9);
});

/** Puts proxies around objects that now and then give something else than what stands under a key. */
function unsteady(random: Random): <T extends object>(object: T) => T {
  const get = (target: object, key: string | symbol, receiver: unknown): unknown =>
    random.chance(0.1) ? stranger(random) : (Reflect.get(target, key, receiver) as unknown);
  // What is frozen cannot be said to be anything else.
  return (object) => (Object.isFrozen(object) ? object : new Proxy<typeof object>(object, { get }));
}

function reachesMap(model: Model, name: string): boolean {
  let found = false;
  for (const reached of model.reach([{ kind: "ref", name }])) {
    visitTypes(model.type(reached).shape, (type) => {
      found ||= type.kind === "map" || type.kind === "json";
    });
  }
  return found;
}

describe("what changes while it is read", () => {
  const order: generated.Order = {
    id: 1,
    customer: "a",
    email: "b",
    quantity: 1,
    price: 1,
    paid: true,
    note: null,
    tags: ["x"],
    priority: "OFF",
    discount: 0,
  };

  test("a getter is read once, and its value stays", () => {
    const given = [1, "wrong", "worse"];
    class Changing {
      get id(): unknown {
        return given.shift();
      }
    }
    const { id: _, ...rest } = order;
    const value = generated.Order.parse(Object.assign(new Changing(), rest));
    expect(value.id).toBe(1);
    expect(given).toEqual(["wrong", "worse"]);
    expect(Object.getOwnPropertyDescriptor(value, "id")).toEqual({
      value: 1,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  });

  test("a list that is converted is never half of one reading and half of another", () => {
    const readings = [
      [1.5, Number.NaN],
      [2n, 2n],
    ];
    const list = new Proxy([0, 0], {
      get(target, key) {
        if (key === "0" || key === "1") return readings[key === "0" ? 0 : 1]?.shift();
        return Reflect.get(target, key) as unknown;
      },
    });
    expect(() => generated.Maps.parse({ counts: {}, exact: {}, by_mode: {}, nested: { a: { b: list } } })).toThrow(
      generated.SchemaError,
    );
  });

  test("a result is a plain object of its own, whatever was given", () => {
    for (const given of [
      Object.freeze({ ...order }),
      Object.assign(Object.create(null) as object, order),
      Object.create(order) as object,
      new Proxy(order, {}),
    ]) {
      const value = generated.Order.parse(given);
      expect(value).toStrictEqual(order);
      expect(value).not.toBe(given as typeof value);
      expect(Object.isFrozen(value)).toBeFalse();
    }
  });
});

test("data may have a key that objects inherit", () => {
  const given = JSON.parse('{"text":{"constructor":null},"letter":"a","unit":null,"path":"/"}') as unknown;
  const result = generated.Texts["~standard"].validate(given);
  expect(result.issues?.[0]?.message).toBe("text: expected a string, got an object");
});
