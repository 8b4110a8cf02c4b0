import { describe, expect, test } from "bun:test";
import * as addon from "./generated/index.ts";
import { rejectionOf } from "./support/error-of.ts";
import { eventually } from "./support/eventually.ts";
import { wrong } from "./support/wrong.ts";

describe("tasks", () => {
  test("give promises", async () => {
    const sum = addon.addLater(1, 2);
    expect(sum).toBeInstanceOf(Promise);
    expect(await sum).toBe(3);
    expect(await addon.addAsync(1n, 2)).toBe(3n);
  });

  test("refuse arguments by rejecting, never by throwing", async () => {
    const refused = addon.addLater(1.5, 2);
    expect(await rejectionOf(() => refused)).toMatchObject({
      code: "invalid_argument",
      message: "addLater: a: expected i32, got 1.5",
    });
    expect((await rejectionOf(() => addon.addLater(2_147_483_647, 1))).code).toBe("internal");
  });

  test("leave the event loop to others", async () => {
    const until = 2n ** 40n;
    const controller = new AbortController();
    const sum = addon.largeSum(until, controller.signal);
    let turns = 0;
    await eventually(() => ++turns > 20);
    controller.abort();
    expect((await rejectionOf(() => sum)).code).toBe("cancelled");
  });

  test("the stack of an error names who called", async () => {
    expect((await rejectionOf(whoCalled)).stack).toContain("panicsLater");
  });
});

async function whoCalled(): Promise<void> {
  await addon.panicsLater("x");
}

describe("an AbortSignal", () => {
  test("that fired before keeps Rust from running", async () => {
    const before = addon.startedTasks();
    const error = await rejectionOf(() => addon.waitUntilCancelled(AbortSignal.abort("no need")));
    expect(error).toMatchObject({ code: "cancelled", binding: "waitUntilCancelled", cause: "no need" });
    expect(addon.startedTasks()).toBe(before);
  });

  test("that fires meanwhile rejects at once and tells Rust", async () => {
    const controller = new AbortController();
    const waiting = addon.waitUntilCancelled(controller.signal);
    await eventually(() => addon.startedTasks() === 1);
    controller.abort(new Error("enough"));
    expect(await rejectionOf(() => waiting)).toMatchObject({ code: "cancelled", cause: { message: "enough" } });
    await eventually(() => addon.startedTasks() === 0);
  });

  test("that fires afterwards changes nothing", async () => {
    const controller = new AbortController();
    expect(await addon.addLater(1, 2, controller.signal)).toBe(3);
    controller.abort();
    expect(await addon.addLater(1, 2)).toBe(3);
  });

  test("frees the place of work that had not begun", async () => {
    // Two threads, both held.
    const held = [addon.holdAThread(), addon.holdAThread()];
    await eventually(() => addon.heldThreads() === 2);
    const controller = new AbortController();
    const queued = addon.addLater(1, 2, controller.signal);
    controller.abort();
    expect((await rejectionOf(() => queued)).code).toBe("cancelled");
    addon.releaseThreads();
    await Promise.all(held);
  });
});

test("more calls than the addon takes are refused, and are taken again afterwards", async () => {
  const controller = new AbortController();
  const waiting = Array.from({ length: 8 }, async () => rejectionOf(() => addon.waitUntilCancelled(controller.signal)));
  await eventually(() => addon.startedTasks() === 8);
  expect(await rejectionOf(() => addon.addLater(1, 2))).toMatchObject({
    code: "overloaded",
    message: "addLater: 8 calls of this addon are under way, which is the most that it takes; try again later",
  });
  const stream = addon.countTo(3);
  expect((await rejectionOf(() => stream.next())).code).toBe("overloaded");
  controller.abort();
  expect((await Promise.all(waiting)).every(({ code }) => code === "cancelled")).toBe(true);
  await eventually(() => addon.startedTasks() === 0);
  await eventually(async () => (await addon.addLater(1, 2).catch(() => 0)) === 3);
});

describe("callbacks", () => {
  test("are called on this thread, in order, with checked values", async () => {
    const reports: addon.Progress[] = [];
    expect(await addon.withProgress(3, (progress) => void reports.push(progress))).toBe(3);
    expect(reports).toEqual([1, 2, 3].map((done) => ({ done, of: 3 })));
  });

  test("answer, with a value or a promise of one", async () => {
    expect(await addon.ask("four", (question) => question.length)).toBe(4);
    expect(await addon.ask("four", async (question) => question.length + 1)).toBe(5);
  });

  test("that throw end the call, and the error is its cause", async () => {
    const cause = new TypeError("mine");
    for (const callback of [
      () => {
        throw cause;
      },
      async () => {
        throw cause;
      },
    ]) {
      expect(await rejectionOf(() => addon.withProgress(1000, callback))).toMatchObject({
        code: "callback_failed",
        binding: "withProgress",
        cause,
      });
      expect(await rejectionOf(() => addon.ask("?", callback))).toMatchObject({ code: "callback_failed", cause });
    }
    expect(await addon.addLater(1, 2)).toBe(3);
  });

  test("that answer with something else end the call", async () => {
    const error = await rejectionOf(() => addon.ask("?", () => -1));
    expect(error).toMatchObject({ code: "callback_failed" });
    expect(error.message).toContain("result of answer: expected u32, got -1");
    expect((await rejectionOf(() => addon.ask("?", () => wrong("5")))).code).toBe("callback_failed");
  });

  test("that are no functions are refused", async () => {
    expect(await rejectionOf(() => addon.withProgress(1, wrong({})))).toMatchObject({
      code: "invalid_argument",
      message: "withProgress: onProgress: expected a function, got an object",
    });
  });

  test("wait for this thread when too many of them wait", async () => {
    let reports = 0;
    expect(await addon.manyReports(5000, () => void reports++)).toBe(5000);
    expect(reports).toBe(5000);
  });

  test("may call the addon again", async () => {
    expect(await addon.ask("?", () => addon.addNumbers(1, 2))).toBe(3);
    expect(await addon.ask("?", () => addon.addLater(3, 4))).toBe(7);
  });
});
