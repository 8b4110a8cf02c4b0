import { expect, test } from "bun:test";

import { loadAddon } from "../src/crossing/load-addon.ts";

const addon = loadAddon();
const runtime = new addon.NativeRuntime('{"discovery":"memory"}', "{}", false, () => {});
const number = runtime.number();
const records = (): Uint32Array => new Uint32Array(16);
const bytes = (length = 8): Uint8Array => new Uint8Array(length);

/** Bytes whose memory was given away. */
function transferred(): Uint8Array {
  const memory = new ArrayBuffer(8);
  const given = new Uint8Array(memory);
  memory.transfer();
  return given;
}

const cases: readonly [name: string, given: readonly unknown[], why: RegExp][] = [
  ["feed", [], /a number/],
  ["feed", ["one", 1, bytes()], /a number/],
  ["feed", [number, 1], /a typed array/],
  ["feed", [number, 1, "text"], /a typed array/],
  ["feed", [number, 1, {}], /a typed array/],
  ["feed", [number, 1, records()], /a typed array of other numbers/],
  ["feed", [number + 1_000, 1, bytes()], /no runtime/],
  ["submit", [], /a typed array|a number/],
  ["submit", [number, bytes(), 0, bytes(), 0, bytes()], /a typed array of other numbers/],
  ["submit", [number, bytes(), 9, records(), 0, bytes()], /more than there is/],
  ["submit", [number, transferred(), 1, records(), 0, bytes()], /more than there is|a typed array/],
  ["submit", [number, bytes(), 0, records(), null, bytes()], /a number/],
  ["submit", [number, bytes(), 0, records(), 0, null], /a typed array/],
  ["submit", [number + 1_000, bytes(), 0, records(), 0, bytes()], /no runtime/],
  ["drain", [number], /a typed array/],
  ["drain", [number, new Float64Array(16)], /a typed array of other numbers/],
  ["drain", [number, new Uint32Array(7)], /too small/],
];

const named = cases.map(([name, given, why]) => [name, why, given] as const);

test.each(named)("%s refuses what it cannot take, and goes on: %p", (name, why, given) => {
  const call = addon[name as "feed" | "submit" | "drain"] as (...all: readonly unknown[]) => unknown;
  let thrown: unknown = null;
  try {
    call(...given);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(Error);
  const { code, message } = JSON.parse((thrown as Error).message) as { code: string; message: string };
  expect(["internal", "invalid_argument"]).toContain(code);
  expect(message).toMatch(why);
  // Afterwards the right thing works.
  expect(addon.submit(number, bytes(), 0, records(), 0, bytes(0))).toBeGreaterThanOrEqual(0);
});

test("records that nobody has written do nothing, and more of them than there are is no more", () => {
  expect(addon.submit(number, bytes(), 8, records(), 4_294_967_295, bytes(0)) >>> 1).toBe(0);
  expect(typeof addon.drain(number, new Uint32Array(64))).toBe("string");
});
