import { describe, expect, test } from "bun:test";
import { Config, Counter, counterOrNone, merge, NativeObject } from "./generated/index.ts";
import { errorOf, rejectionOf } from "./support/error-of.ts";
import { eventually } from "./support/eventually.ts";
import { wrong } from "./support/wrong.ts";

describe("classes", () => {
  test("have a constructor, methods, and static methods that make objects", async () => {
    const counter = new Counter(5);
    expect(counter.add(2n)).toBe(7n);
    expect(counter.getValue()).toBe(7n);
    expect(Counter.createZero().getValue()).toBe(0n);
    expect((await Counter.createLater(-3)).getValue()).toBe(-3n);
    expect(counterOrNone(4)?.getValue()).toBe(4n);
    expect(counterOrNone()).toBeNull();
    expect(await Array.fromAsync(counter.countFrom(2))).toEqual([7n, 8n]);
  });

  test("are known by instanceof, however the object was made", async () => {
    for (const counter of [new Counter(1), Counter.createZero(), await Counter.createLater(1), counterOrNone(1)]) {
      expect(counter).toBeInstanceOf(Counter);
      expect(counter).toBeInstanceOf(NativeObject);
      expect(counter).not.toBeInstanceOf(Config);
    }
    class Loud extends Counter {
      shout(): string {
        return `${this.getValue()}!`;
      }
    }
    expect(new Loud(3).shout()).toBe("3!");
  });

  test("have typed errors", () => {
    expect(errorOf(() => new Counter(-(2n ** 63n)))).toMatchObject({ code: "failed", binding: "new Counter" });
    expect(errorOf(() => new Counter(1.5))).toMatchObject({ message: "new Counter: start: expected i64, got 1.5" });
    expect(errorOf(() => new Counter(2n ** 63n - 2n).add(2)).message).toBe("Counter.add: the number is full");
  });

  test("a method without its object is refused", () => {
    // oxlint-disable-next-line typescript/unbound-method -- what this is about
    const { getValue } = Counter.createZero();
    expect(errorOf(() => Reflect.apply(getValue, undefined, [])).message).toContain("this: expected an object of Rust");
    expect(errorOf(() => Reflect.apply(getValue, {}, []))).toMatchObject({ code: "invalid_argument" });
    expect(errorOf(() => Reflect.apply(getValue, new Config("n"), [])).message).toContain(
      "expected a Counter, got an object of another class",
    );
    expect(errorOf(() => Counter.prototype.getValue()).message).toContain("this: expected an object of Rust");
  });
});

describe("getters and setters", () => {
  test("read and write", () => {
    const config = new Config("first");
    config.name = "second";
    config.values = [1, 2];
    config.metadata = { a: "b" };
    expect([config.name, config.values, config.metadata]).toEqual(["second", [1, 2], { a: "b" }]);
    expect(errorOf(() => (config.name = "")).message).toBe("Config.name: a name has at least one letter");
    expect(errorOf(() => (config.values = [2 ** 31])).message).toBe(
      "Config.values: values[0]: expected i32, got 2147483648",
    );
    expect(errorOf(() => (config.metadata = wrong(new Map([["a", "b"]])))).message).toContain("a plain object");
    expect(config.values).toEqual([1, 2]);
  });

  test("what they return is a copy, which says so when somebody changes it", () => {
    const config = new Config("n");
    config.values = [1];
    expect(() => (config.values as number[]).push(2)).toThrow(TypeError);
    expect(() => ((config.metadata as Record<string, string>)["a"] = "b")).toThrow(TypeError);
    config.values = [...config.values, 2];
    expect(config.values).toEqual([1, 2]);
    expect(config.values).not.toBe(config.values);
  });
});

describe("closing", () => {
  test("ends an object; using it afterwards is a typed error", () => {
    const counter = new Counter(1);
    counter.close();
    counter.close();
    expect(errorOf(() => counter.getValue())).toMatchObject({
      code: "closed",
      message: "Counter.getValue: this Counter is closed",
    });
    expect(errorOf(() => merge(Counter.createZero(), counter))).toMatchObject({ code: "closed" });
    expect(errorOf(() => counter.countFrom(1))).toMatchObject({ code: "closed" });
  });

  test("happens at the end of a block", async () => {
    let outside: Counter;
    {
      using counter = new Counter(1);
      outside = counter;
    }
    expect(errorOf(() => outside.getValue()).code).toBe("closed");
    {
      await using counter = new Counter(1);
      outside = counter;
    }
    expect(errorOf(() => outside.getValue()).code).toBe("closed");
  });

  test("lets a call that runs go on, and disposal waits for it", async () => {
    const counter = new Counter(7);
    const controller = new AbortController();
    const asked = Promise.withResolvers<bigint>();
    const answer = Promise.withResolvers<bigint>();
    const sum = counter.addWhat((value) => {
      asked.resolve(value);
      return answer.promise;
    });
    expect(await asked.promise).toBe(7n);
    let isDisposed = false;
    const disposal = counter[Symbol.asyncDispose]().then(() => (isDisposed = true));
    expect(errorOf(() => counter.getValue()).code).toBe("closed");
    expect((await rejectionOf(() => counter.readUntilCancelled(controller.signal))).code).toBe("closed");
    expect(isDisposed).toBe(false);
    answer.resolve(3n);
    expect(await sum).toBe(10n);
    await disposal;
  });

  test("lets calls that were made go on, even if they have not begun", async () => {
    for (let round = 0n; round < 20n; round++) {
      await using counter = new Counter(Number(round));
      const doubled = counter.addWhat(async (value) => value);
      const one = counter.addWhat(() => 1n);
      counter.close();
      // Two threads take them up, so either may be first.
      const orders = [
        [2n * round, 2n * round + 1n],
        [2n * (round + 1n), round + 1n],
      ];
      expect(orders).toContainEqual(await Promise.all([doubled, one]));
    }
  });

  test("happens by itself when an object is forgotten", async () => {
    const watched: WeakRef<Counter>[] = [];
    const forget = (): void => {
      for (let index = 0; index < 100; index++) watched.push(new WeakRef(new Counter(index)));
    };
    forget();
    await eventually(() => {
      Bun.gc(true);
      return watched.some((reference) => reference.deref() === undefined);
    });
    expect(new Counter(1).getValue()).toBe(1n);
  });
});

describe("an object in use by a call on another thread", () => {
  test("is not changed by a call here, which never waits", async () => {
    const counter = new Counter(1);
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<bigint>();
    const sum = counter.addWhat(() => {
      asked.resolve();
      return answer.promise;
    });
    await asked.promise;
    for (const call of [() => counter.getValue(), () => counter.add(1), () => merge(counter, Counter.createZero())]) {
      expect(errorOf(call)).toMatchObject({
        code: "busy",
        message: expect.stringContaining(
          "this Counter is in use by a call that is still running; await that call first",
        ) as string,
      });
    }
    answer.resolve(2n);
    expect(await sum).toBe(3n);
    expect(counter.getValue()).toBe(3n);
  });

  test("a callback that uses its own object gets an error, not a deadlock", async () => {
    const counter = new Counter(1);
    expect(await rejectionOf(() => counter.addWhat(() => counter.getValue()))).toMatchObject({
      code: "callback_failed",
      cause: { code: "busy" },
    });
    // The call is over for JavaScript a moment before Rust has let go of the object.
    await eventually(() => isFree(counter));
    expect(counter.getValue()).toBe(1n);
  });

  test("is read by several at once", async () => {
    const counter = new Counter(4);
    const controller = new AbortController();
    const reading = rejectionOf(() => counter.readUntilCancelled(controller.signal));
    expect(counter.getValue()).toBe(4n);
    controller.abort();
    await reading;
    await eventually(() => isFree(counter));
    expect(counter.add(1)).toBe(5n);
  });

  test("calls on other threads take turns", async () => {
    const counter = new Counter(0);
    const calls = Array.from({ length: 6 }, async () => counter.addWhat(async () => 1n));
    expect(new Set(await Promise.all(calls))).toEqual(new Set([1n, 2n, 3n, 4n, 5n, 6n]));
  });

  test("is not both arguments of one call", () => {
    const counter = new Counter(1);
    expect(errorOf(() => merge(counter, counter)).code).toBe("busy");
    expect(merge(counter, new Counter(2))).toBe(3n);
    expect(errorOf(() => merge(counter, wrong({}))).message).toBe("merge: other: expected a Counter, got an object");
    expect(errorOf(() => merge(wrong(null), counter)).message).toBe("merge: into: expected a Counter, got null");
  });
});

test("an object that a panic left half changed is not used again", () => {
  const counter = new Counter(1);
  expect(errorOf(() => counter.changeAndPanic()).message).toBe("Counter.changeAndPanic: Rust panicked: half done");
  expect(errorOf(() => counter.getValue())).toMatchObject({ code: "poisoned" });
  counter.close();
  expect(errorOf(() => counter.getValue()).code).toBe("closed");
});

test("an object cannot be copied, sent or written as JSON", () => {
  const counter = new Counter(1);
  for (const copy of [
    () => structuredClone(counter),
    () => structuredClone({ counter }),
    () => new MessageChannel().port1.postMessage(counter),
    () => JSON.stringify(counter),
    () => JSON.stringify([counter]),
    () => Object.assign({}, counter),
  ]) {
    expect(errorOf(copy)).toMatchObject({ code: "invalid_argument", binding: "Counter" });
  }
  expect(counter.getValue()).toBe(1n);
});

/** Whether nothing else uses the object. */
function isFree(counter: Counter): boolean {
  try {
    counter.add(0);
    return true;
  } catch {
    return false;
  }
}
