import { expect, test } from "bun:test";

import { type Context, systemClock } from "@stator/runtime-native";

import { Bulkhead } from "./bulkhead.ts";
import { HeldPlace } from "./held-place.ts";

/** As much of a call as a bulkhead looks at. */
function call(signal = new AbortController().signal): Context {
  return { signal, endpoint: "a.b.c" } as Context;
}

test("gives places in the order of arrival, and those of callers that have left to others", async () => {
  const bulkhead = new Bulkhead("a.b", { maxConcurrency: 1, queue: 2 });
  const order: string[] = [];
  const wait = (name: string, turn: Promise<void> | null) => turn?.then(() => order.push(name)) ?? null;
  expect(bulkhead.enter(call())).toBeNull();
  const leave = new AbortController();
  const leaving = bulkhead.enter(call(leave.signal));
  const second = wait("second", bulkhead.enter(call()));
  expect(() => bulkhead.enter(call())).toThrow("a.b is full: 1 calls are running and 2 are waiting");
  leave.abort(new Error("gone"));
  expect(await leaving?.catch((error: Error) => error.message)).toBe("gone");
  const third = wait("third", bulkhead.enter(call()));
  expect(() => bulkhead.enter(call())).toThrow("is full");
  bulkhead.leave();
  await second;
  expect(order).toEqual(["second"]);
  bulkhead.leave();
  await third;
  bulkhead.leave();
  expect(bulkhead.enter(call())).toBeNull();
});

test("does not take a call into the queue that is over already", async () => {
  const bulkhead = new Bulkhead("a.b", { maxConcurrency: 1, queue: 1 });
  expect(bulkhead.enter(call())).toBeNull();
  const over = bulkhead.enter(call(AbortSignal.abort(new Error("over"))));
  expect(await over?.catch((error: Error) => error.message)).toBe("over");
  const turn = bulkhead.enter(call());
  bulkhead.leave();
  await turn;
});

test("a method that ignores its signal loses its place in the end", async () => {
  const freed = Promise.withResolvers<void>();
  const warnings: string[] = [];
  const over = new AbortController();
  let killed = false;
  const log = { warn: (message: string) => warnings.push(message) };
  const context = { ...call(over.signal), isKilled: () => killed, log } as unknown as Context;
  const place = new HeldPlace(context, freed.resolve, systemClock, 5);
  // Asked to finish early: it is still being answered.
  over.abort();
  await Bun.sleep(20);
  expect(warnings).toEqual([]);
  killed = true;
  await freed.promise;
  expect(warnings).toEqual([expect.stringMatching(/^a\.b\.c has not ended 5 ms after its call was over/)]);
  place[Symbol.dispose]();
});
