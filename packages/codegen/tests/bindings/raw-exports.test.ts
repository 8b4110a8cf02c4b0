/** The addon without its stubs, which nothing but this may use: Rust checks everything once more, and never throws. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import requireAddon from "./generated/bindings/require-addon.cts";
import { addonPlatform } from "./generated/support/addon-file-name.ts";

const raw = requireAddon(addonPlatform()) as unknown as Record<string, (...values: unknown[]) => unknown>;
const call = (name: string, ...values: unknown[]): unknown => raw[name]?.(...values);

const shared = new Uint8Array(new SharedArrayBuffer(4));
const detached = new Uint8Array([1, 2]);
structuredClone(detached, { transfer: [detached.buffer] });

const refused: readonly (readonly [name: string, values: unknown[], message: string])[] = [
  ["echoU8", [256], "value: expected u8, got 256"],
  ["echoU32", [-1], "value: expected u32, got -1"],
  ["echoU32", [4_294_967_296], "value: expected u32, got 4294967296"],
  ["echoI32", [2_147_483_648], "value: expected i32, got 2147483648"],
  ["echoI32", [1.5], "value: expected i32, got 1.5"],
  ["echoI32", [NaN], "value: expected i32, got NaN"],
  ["echoI32", ["5"], "value: expected i32, got a string"],
  ["echoI32", [], "value: expected i32, got nothing"],
  ["echoI32", [{}], "value: expected i32, got an object"],
  ["echoI32", [() => 1], "value: expected i32, got a function"],
  ["echoI32", [Symbol("s")], "value: expected i32, got a symbol"],
  ["echoU64", [5], "value: expected u64, got 5"],
  ["echoU64", [2n ** 64n], "value: expected u64, got 18446744073709551616n"],
  ["echoI64", [-(2n ** 63n) - 1n], "value: expected i64, got -9223372036854775809n"],
  ["echoU128", [2n ** 128n], "value: expected u128, got 0n and more"],
  ["echoF64", [Infinity], "value: expected a finite number, got inf"],
  ["echoBool", [1], "value: expected a boolean, got 1"],
  ["echoString", [new String("s")], "value: expected a string, got an object"],
  ["echoChar", ["ab"], "value: expected a single character, got a string"],
  ["echoBytes", [shared], "bytes: expected bytes, got memory that other threads share"],
  ["sumOfBytes", [shared], "bytes: expected bytes, got memory that other threads share"],
  ["sumOfBytes", [detached], "bytes: expected bytes, got bytes whose memory was transferred"],
  ["sumOfBytes", [new Uint16Array(2)], "bytes: expected bytes, got a typed array of other numbers"],
  ["sumOfBytes", [[1, 2]], "bytes: expected bytes, got an object"],
  ["echoList", ["[1,2"], "values: EOF while parsing a list at line 1 column 4"],
  ["echoList", ['["x"]'], 'values: invalid type: string "x", expected i32 at line 1 column 4'],
  ["echoList", [[1]], "values: expected JSON text, got an object"],
  ["echoMap", [new Map()], "entries: expected JSON text, got an object"],
  ["nest", ["[".repeat(1000)], "nested: recursion limit exceeded at line 1 column 128"],
  ["merge", [0.5, "x"], "into: expected Counter, got 0.5"],
];

describe("raw exports", () => {
  test.each(refused)("%s refuses %p", (name, values, message) => {
    expect(call(name, ...values)).toEqual(["invalid_argument", message]);
  });

  test("know no objects that there are not", () => {
    expect(call("Counter.getValue", 123_456)).toEqual(["closed", "this Counter is closed"]);
    for (const number of [-1, NaN, Infinity, 1e300, "1", undefined, {}]) {
      expect((call("Counter.getValue", number) as string[])[0]).toMatch(/^(invalid_argument|closed)$/);
    }
    const config = call("Config.new", "n");
    expect(call("Counter.getValue", config)).toEqual([
      "invalid_argument",
      "expected a Counter, got an object of another class",
    ]);
    expect(call("stator.close", config)).toBeUndefined();
    expect(call("stator.close", config)).toBeUndefined();
  });

  test("of tasks want the addon to be started, and bear any number", async () => {
    const program = join(import.meta.dir, "programs", "raw-before-start.ts");
    const child = Bun.spawn([process.execPath, program], { stdout: "pipe" });
    expect(JSON.parse(await child.stdout.text())).toEqual({
      task: ["internal", "the addon was not started; import it through the generated files"],
      start: "invalid_argument",
      drained: [],
    });
    expect(await child.exited).toBe(0);
  });

  test("take more arguments than they have", () => {
    expect(call("addNumbers", 1, 2, ...Array.from({ length: 50 }, () => 9))).toBe(3);
  });
});
