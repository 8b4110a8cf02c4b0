import { describe, expect, test } from "bun:test";

import { z } from "zod";

import { depends, endpoint, onStart, serve, service, StatorError } from "../index.ts";

const Even = z.number().refine((item) => item % 2 === 0, "must be even");
const LateEven = z.number().refine(async (item) => item % 2 === 0, "must be even");

interface Around {
  readonly output: typeof Even;
  readonly limits: { readonly maxConcurrency: number } | undefined;
}

/** The runtime takes the items of the first two itself; those of the others come through what stands around them. */
const WAYS: readonly (readonly [string, Around])[] = [
  ["at once", { output: Even, limits: undefined }],
  ["after a while", { output: LateEven, limits: undefined }],
  ["at once, behind a limit", { output: Even, limits: { maxConcurrency: 4 } }],
  ["after a while, behind a limit", { output: LateEven, limits: { maxConcurrency: 4 } }],
];

describe.each(WAYS)("items that are checked %s", (_name, around) => {
  test("those before a wrong one arrive, and the method has ended when the caller hears of it", async () => {
    const seen: unknown[] = [];

    @service({ namespace: "items" })
    class Worker {
      @endpoint({ output: around.output, ...(around.limits === undefined ? {} : { limits: around.limits }) })
      async *count(until: number): AsyncGenerator<number> {
        try {
          for (let item = 0; item < until; item += 2) yield item;
          yield 7;
          seen.push("asked for more");
        } finally {
          await Promise.resolve();
          seen.push("ended");
        }
      }
    }

    const started = Promise.withResolvers<Caller>();

    @service({ namespace: "items" })
    class Caller {
      worker = depends(Worker);

      @onStart
      started(): void {
        started.resolve(this);
      }
    }

    await using serving = await serve(Caller, {
      withDependencies: true,
      runtime: { discovery: "memory" },
      signals: false,
    });
    expect(serving.url).toBeNull();
    const caller = await started.promise;
    const items: number[] = [];
    let error: unknown = null;
    try {
      for await (const item of caller.worker.count(6)) items.push(item);
    } catch (thrown) {
      error = thrown;
      seen.push("told");
    }
    expect(items).toEqual([0, 2, 4]);
    expect(error).toBeInstanceOf(StatorError);
    expect(error).toMatchObject({ code: "invalid_response", message: "items.worker.count: must be even" });
    expect(seen).toEqual(["ended", "told"]);
  });
});
