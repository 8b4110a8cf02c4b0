import { describe, expect, test } from "bun:test";
import {
  Anything,
  AllDefaults,
  Awkward,
  Defaults,
  Dimmed,
  Expression,
  External,
  Flattened,
  Internal,
  InternalStrict,
  Level,
  Limited,
  Lists,
  Maps,
  modeWeights,
  PageOfWord,
  Policies,
  Reason,
  Scalars,
  type Schema,
  SchemaError,
  Strict,
  Texts,
  Tree,
  Untagged,
  Wide,
  WithRest,
} from "./fixtures/generated/index.ts";

/** The message of the one issue, or null when the value fits. */
function issue(schema: Schema<unknown>, value: unknown): string | null {
  const result = schema["~standard"].validate(value);
  return result.issues === undefined ? null : (result.issues[0]?.message ?? "");
}

const scalars = { yes: true, u8: 0, i8: 0, u16: 0, i16: 0, u32: 0, i32: 0, f32: 0, f64: 0 };

describe("numbers", () => {
  test.each([
    ["u8", [0, 255], [-1, 256, 1.5, "1", 1n, null, Number.NaN]],
    ["i8", [-128, 127], [-129, 128]],
    ["u16", [0, 65535], [-1, 65536]],
    ["i16", [-32768, 32767], [-32769, 32768]],
    ["u32", [0, 4294967295], [-1, 4294967296, 0.5, Infinity]],
    ["i32", [-2147483648, 2147483647], [-2147483649, 2147483648, 1.5]],
  ])("%s has its width and its sign", (key, good, bad) => {
    for (const value of good) {
      expect(Scalars.parse({ ...scalars, [key]: value })).toMatchObject({ [key]: value });
      expect(Scalars.matches({ ...scalars, [key]: value })).toBeTrue();
    }
    for (const value of bad) {
      expect(issue(Scalars, { ...scalars, [key]: value })).toStartWith(`${key}: expected ${key}, got `);
      expect(Scalars.matches({ ...scalars, [key]: value })).toBeFalse();
    }
  });

  test("floats are finite, and take the bigints that exact JSON makes of large integers", () => {
    expect(Scalars.parse({ ...scalars, f64: 10n ** 20n }).f64).toBe(1e20);
    for (const value of [Number.NaN, Infinity, -Infinity, "1"]) {
      expect(issue(Scalars, { ...scalars, f64: value })).toStartWith("f64: expected a finite number");
    }
    expect(issue(Scalars, { ...scalars, f32: 1e300 })).toBe("f32: expected a finite number of 32 bits, got 1e+300");
  });

  test("64 bits come out as bigint, exact to both ends", () => {
    const wide = { unsigned: 2n ** 64n - 1n, signed: -(2n ** 63n), list: [1, 2n], maybe: 7 };
    expect(Wide.parse(wide)).toEqual({ ...wide, list: [1n, 2n], maybe: 7n });
    expect(issue(Wide, { ...wide, unsigned: 2n ** 64n })).toBe("unsigned: expected u64, got 18446744073709551616n");
    expect(issue(Wide, { ...wide, list: [0, -1] })).toBe("list[1]: expected u64, got -1");
    expect(issue(Wide, { ...wide, unsigned: 2 ** 60 })).toContain("a number is not exact beyond 2^53");
  });

  test("a policy makes them numbers or text", () => {
    const policies = {
      exact: 1,
      small: 2 ** 53 - 1,
      small_list: [-1],
      text: "18446744073709551615",
      signed_text: "-5",
      maybe_text: String(2n ** 128n - 1n),
      by_name: { a: 1, b: null },
    };
    expect(Policies.parse(policies)).toEqual({ ...policies, exact: 1n });
    expect(Policies.parse({ ...policies, maybe_text: null }).maybe_text).toBeNull();
    expect(issue(Policies, { ...policies, by_name: { a: 2 ** 53 } })).toStartWith("by_name.a: expected an integer");
    expect(issue(Policies, { ...policies, small: 2 ** 53 })).toStartWith(
      "small: expected an integer from 0 to 2^53 - 1",
    );
    for (const text of ["18446744073709551616", "-1", "01", "+1", "1.0", "", 1]) {
      expect(issue(Policies, { ...policies, text })).toStartWith("text: expected u64 as decimal text");
    }
    expect(issue(Policies, { ...policies, signed_text: "-6" })).toBe("signed_text: expected at least -5, got -6n");
  });
});

describe("text", () => {
  const texts = { text: "a", letter: "😀", unit: null, path: "/" };

  test("has no lone surrogates", () => {
    expect(Texts.parse(texts)).toEqual(texts);
    expect(issue(Texts, { ...texts, text: "a\ud800" })).toStartWith("text: expected a string without lone surrogates");
  });

  test("a char is one scalar value", () => {
    for (const letter of ["", "ab", "😀a", "\ud800", 1]) {
      expect(issue(Texts, { ...texts, letter })).toStartWith("letter: expected a single character");
    }
  });
});

describe("objects", () => {
  test("a missing key is named", () => {
    const { u8: _, ...missing } = scalars;
    expect(issue(Scalars, missing)).toBe("u8: expected u8, got nothing");
  });

  test("nothing else is an object", () => {
    for (const value of [null, undefined, 1, "text", [], () => 0]) {
      expect(issue(Strict, value)).toStartWith("expected an object, got ");
    }
  });

  test("unknown keys are dropped, or refused where Rust refuses them", () => {
    expect(Scalars.parse({ ...scalars, more: 1 })).toEqual(scalars);
    expect(Strict.parse({ a: 1 })).toEqual({ a: 1, b: null });
    expect(issue(Strict, { a: 1, c: 2 })).toBe('expected no keys but a, b, got "c"');
  });

  test("defaults are Rust's own values, fresh each time", () => {
    const first = Defaults.parse({ required: 1 });
    expect(first).toEqual({
      required: 1,
      zero: 0,
      ten: 10n,
      text: "",
      pairs: [["a", 2n ** 64n - 1n]],
      map: {},
      left_out: [],
    });
    first.left_out.push(1);
    expect(Defaults.parse({ required: 1 }).left_out).toEqual([]);
    expect(AllDefaults.parse({})).toEqual({ sampleRate: 0.1, mode: "quick", limit: 5, exact: -(2n ** 63n) });
    expect(AllDefaults.parse({ limit: null }).limit).toBeNull();
  });

  test("flattened structs and maps", () => {
    expect(Flattened.parse({ first: 1, second: "b", last: 3 })).toEqual({ first: 1, second: "b", third: 0n, last: 3n });
    expect(WithRest.parse({ known: 1, a: 2 })).toEqual({ known: 1, a: 2n });
    expect(issue(WithRest, { known: 1, a: "x" })).toBe('a: expected u64, got "x"');
  });

  test("inherited and reserved keys are keys like any other", () => {
    const text = '{"__proto__":1,"toString":2,"class":3,"value":4,"depth":5,"a-b":6}';
    const value = Awkward.parse(JSON.parse(text));
    expect(Object.keys(value)).toEqual(["__proto__", "constructor", "toString", "class", "value", "depth", "a-b"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value.constructor).toBeNull();
    expect(issue(Awkward, { toString: 2, class: 3, value: 4, depth: 5, "a-b": 6 })).toBe(
      "__proto__: expected u8, got nothing",
    );
  });
});

describe("collections", () => {
  test("the path goes through lists and maps", () => {
    const maps = { counts: {}, exact: {}, by_mode: {}, nested: { "a b": { c: [1, "x"] } } };
    expect(issue(Maps, maps)).toBe('nested["a b"].c[1]: expected a finite number of 32 bits, got "x"');
    expect(Maps["~standard"].validate(maps).issues?.[0]?.path).toEqual(["nested", "a b", "c", 1]);
    expect(issue(PageOfWord, { items: ["a", ""] })).toBe("items[1]: expected 1 to 8 bytes of UTF-8, got 0");
  });

  test("maps take plain objects only: the data of a Map would be lost", () => {
    const maps = { counts: new Map([["a", 1]]), exact: {}, by_mode: {}, nested: {} };
    expect(issue(Maps, maps)).toBe("counts: expected a plain object, got an object of class Map");
    expect(issue(Anything, { value: new Date(0), maybe: null, list: [] })).toContain("class Date");
  });

  test("the keys of a map of an enum are its variants", () => {
    const maps = { counts: {}, exact: {}, by_mode: { quick: true, slow: null }, nested: {} };
    expect(issue(Maps, maps)).toBe('by_mode.slow: expected one of "quick", "very-careful", "OFF", got "slow"');
  });

  test("__proto__ in a map is data", () => {
    const json = '{"counts":{"__proto__":1},"exact":{"__proto__":2},"by_mode":{},"nested":{}}';
    const value = Maps.parse(JSON.parse(json));
    expect(Object.entries(value.exact)).toEqual([["__proto__", 2n]]);
    expect(Object.entries(value.counts)).toEqual([["__proto__", 1]]);
  });

  test("lists of a length, tuples, and lists that are not copied without need", () => {
    const lists = {
      numbers: [1, 2],
      nested: [[1]],
      pairs: [],
      three: [1, 2, 3],
      none: [],
      tuple: [true, "a", 1],
      single: [1],
      set: [],
      words: [],
    };
    const value = Lists.parse(lists);
    expect(value.tuple).toEqual([true, "a", 1n]);
    expect(value.numbers).toBe(lists.numbers);
    expect(issue(Lists, { ...lists, three: [1, 2] })).toBe("three: expected a list of 3, got a list of 2");
    expect(issue(Lists, { ...lists, nested: [[1], [256]] })).toBe("nested[1][0]: expected u8, got 256");
  });
});

describe("enums", () => {
  test("external", () => {
    expect(External.parse("unit")).toBe("unit");
    expect(External.parse({ struct: { someField: 1 } })).toEqual({ struct: { someField: 1, other: null } });
    expect(issue(External, { newtype: -1 })).toBe("newtype: expected u64, got -1");
    expect(issue(External, { newtype: 1, tuple: ["a", 1] })).toStartWith('expected one of "unit", { "newtype": ... }');
    expect(issue(External, { never: null })).toStartWith("expected one of");
  });

  test("internal and adjacent", () => {
    expect(Internal.parse({ type: "newtype", c: 1 })).toEqual({ type: "newtype", c: 1, d: false });
    expect(issue(Internal, { type: "Struct" })).toBe('type: expected one of "unit", "struct", "newtype", got "Struct"');
    expect(issue(InternalStrict, { type: "wait", timeout_ms: 1 })).toBe(
      'expected no keys but type, timeoutMs, got "timeout_ms"',
    );
  });

  test("untagged takes the first form that fits", () => {
    expect(Untagged.parse(255)).toBe(255);
    expect(Untagged.parse(256)).toBe(256n);
    expect(Untagged.parse({ b: "x" })).toEqual({ b: "x" });
    expect(Untagged.parse({ a: 1, b: "x" })).toEqual({ a: 1, b: "x" });
    expect(issue(Untagged, true)).toBe("expected one of the forms Small, Exact, Text, Pair, Struct, Other, got true");
  });

  test("other names and unknown names", () => {
    expect(Level.parse("mem")).toBe("memory");
    expect(Reason.parse("something new")).toBe("Unknown");
  });
});

describe("limits", () => {
  const limited = { text: "abc", list: [], map: { a: 1 }, small: 0, wide: 0, share: 0.5, maybe: null };

  test.each([
    [{ text: "a" }, "text: expected 2 to 5 bytes of UTF-8, got 1"],
    [{ text: "äää" }, "text: expected 2 to 5 bytes of UTF-8, got 6"],
    [{ list: [1, 2, 3] }, "list: expected at most 2 items, got 3"],
    [{ map: {} }, "map: expected at least 1 entries, got 0"],
    [{ small: 4 }, "small: expected -3 to 3, got 4"],
    [{ wide: 2n ** 64n - 1n }, "wide: expected at most 18446744073709551614, got 18446744073709551615n"],
    [{ share: 1.01 }, "share: expected 0 to 1, got 1.01"],
    [{ maybe: "ab" }, "maybe: expected at most 1 bytes of UTF-8, got 2"],
  ])("%p", (change, message) => {
    expect(issue(Limited, limited)).toBeNull();
    expect(issue(Limited, { ...limited, ...change })).toBe(message);
  });

  test("of 32 bits are rounded as values are", () => {
    expect(issue(Dimmed, { level: 0.7, reach: 1e21 })).toBeNull();
    expect(issue(Dimmed, { level: 0.700000001, reach: null })).toBeNull();
    expect(issue(Dimmed, { level: 0.71 })).toBe("level: expected 0.1 to 0.7, got 0.71");
    expect(issue(Dimmed, { level: 0.1, reach: 1e22 })).toBe("reach: expected at most 1e+21, got 1e+22");
  });
});

function nest(levels: number): unknown {
  let tree: unknown = { value: 0, children: [] };
  for (let level = 1; level < levels; level++) tree = { value: 0, children: [tree] };
  return tree;
}

describe("depth", () => {
  test("ends where serde_json ends, and no value overflows the stack", () => {
    // An object and its list are two levels; serde_json takes 127.
    expect(issue(Tree, nest(63))).toBeNull();
    expect(issue(Tree, nest(64))).toEndWith("expected at most 127 levels of lists and objects, got more");
    expect(issue(Tree, nest(100_000))).toContain("127 levels");
    const circle: { value: number; children: unknown[] } = { value: 0, children: [] };
    circle.children.push(circle);
    expect(issue(Tree, circle)).toContain("127 levels");
    let not: unknown = { Number: 1 };
    for (let level = 1; level < 200; level++) not = { Not: not };
    expect(issue(Expression, not)).toContain("127 levels");
  });
});

describe("schemas", () => {
  test("parse throws an error that names the type and the place", () => {
    expect(() => Wide.parse({ unsigned: -1 })).toThrow(
      new SchemaError("Wide", [{ message: "unsigned: expected u64, got -1", path: ["unsigned"] }]),
    );
    expect(Wide["~standard"]).toMatchObject({ version: 1, vendor: "stator" });
  });

  test("is says whether a value has the type as it stands", () => {
    const wide = { unsigned: 1n, signed: -1n, list: [1n], maybe: null };
    expect(Wide.matches(wide)).toBeTrue();
    // More keys are no matter, as in TypeScript, unless Rust refuses them.
    expect(Wide.matches({ ...wide, more: 1 })).toBeTrue();
    expect(Strict.matches({ a: 1, b: null, c: 1 })).toBeFalse();
    // These are accepted, and converted or filled in.
    expect(Wide.matches({ ...wide, unsigned: 1 })).toBeFalse();
    expect(Wide.matches({ ...wide, list: [1] })).toBeFalse();
    expect(Strict.matches({ a: 1 })).toBeFalse();
    expect(Texts.matches({ text: "\ud800", letter: "a", unit: null, path: "/" })).toBeFalse();
    expect([{ value: 0, children: [] }, nest(63), nest(64), null].filter(Tree.matches)).toHaveLength(2);
  });

  test("constants of Rust are exact", () => {
    expect(Object.entries<bigint>(modeWeights)).toEqual([
      ["quick", 1n],
      ["very-careful", 2n ** 64n - 1n],
      ["OFF", 0n],
    ]);
  });
});
