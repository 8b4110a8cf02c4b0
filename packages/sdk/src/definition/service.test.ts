import { describe, expect, test } from "bun:test";

import { api, declareError, endpoint, onShutdown, onStart, service } from "../index.ts";
import { kebabCase } from "./names.ts";
import { definitionOf } from "./service-definition.ts";

describe("a service", () => {
  test("is named after its class, its endpoints after their methods", () => {
    @service({ namespace: "test" })
    class VllmWorker {
      @endpoint()
      async *generateText(request: string): AsyncGenerator<string> {
        yield request;
      }

      @endpoint({ idempotent: true, timeoutMs: 50 })
      async count(request: string): Promise<number> {
        return request.length;
      }
    }
    const definition = definitionOf(VllmWorker);
    expect(definition).toMatchObject({ className: "VllmWorker", id: "test.vllm-worker", workers: 1 });
    expect(definition?.endpoints).toMatchObject([
      {
        property: "generateText",
        name: "generateText",
        kind: "server-stream",
        idempotent: false,
        timeoutMs: null,
        http: null,
      },
      { property: "count", name: "count", kind: "unary", idempotent: true, timeoutMs: 50 },
    ]);
  });

  // Defect g of the original: a name that was said was lost.
  test("keeps explicit names and its number of workers", () => {
    @service({ namespace: "test", name: "my_worker", workers: 3 })
    class Worker {
      @endpoint({ name: "run-it" })
      async run(request: string): Promise<string> {
        return request;
      }
    }
    expect(definitionOf(Worker)).toMatchObject({ id: "test.my_worker", component: "my_worker", workers: 3 });
    expect(definitionOf(Worker)?.endpoints).toMatchObject([{ property: "run", name: "run-it" }]);
  });

  // Defect h: those of base classes were skipped.
  test("has the endpoints and hooks of its base classes, which keep their own", () => {
    abstract class Base {
      @onStart
      async open(): Promise<void> {}

      @onShutdown
      close(): void {}

      @endpoint({ timeoutMs: 1 })
      async ping(request: string): Promise<string> {
        return request;
      }
    }

    @service({ namespace: "test" })
    class One extends Base {
      @onStart
      async warmUp(): Promise<void> {}

      @endpoint({ timeoutMs: 2 })
      override async ping(request: string): Promise<string> {
        return request;
      }
    }

    @service({ namespace: "test" })
    class Two extends Base {
      @endpoint()
      async extra(request: string): Promise<string> {
        return request;
      }
    }
    expect(names(One)).toEqual([["ping", 2]]);
    expect(names(Two)).toEqual([
      ["ping", 1],
      ["extra", null],
    ]);
    expect(definitionOf(One)?.hooks.map((each) => each.property)).toEqual(["open", "close", "warmUp"]);
    expect(definitionOf(Two)?.hooks.map((each) => each.property)).toEqual(["open", "close"]);
  });

  test("is not inherited", () => {
    @service({ namespace: "test" })
    class Base {
      readonly size = 1;
    }
    class Sub extends Base {}
    expect(definitionOf(Base)).not.toBeNull();
    expect(definitionOf(Sub)).toBeNull();
    expect(definitionOf(Plain)).toBeNull();
    expect(definitionOf(null)).toBeNull();
  });
});

/** Name and limit of each endpoint. */
const names = (value: unknown) => definitionOf(value)?.endpoints.map((each) => [each.name, each.timeoutMs]);

/** What a caller without types could pass. */
const options = (value: object) => value as never;

/** What the language hands to a decorator. */
function context(kind: "class" | "method", name: string): never {
  return { kind, name, static: false, private: false, metadata: Object.create(null) as object } as never;
}

class Plain {
  readonly size = 1;
}

describe("refused, with what to do", () => {
  // Defect k: they were ignored.
  test("unknown options, with the nearest name", () => {
    expect(() => service(options({ namespace: "test", worker: 2 }))(Plain, context("class", "X"))).toThrow(
      '@service X: unknown option "worker"; did you mean "workers"?',
    );
    expect(() => {
      class Sample {
        @endpoint(options({ timeout: 1 }))
        async run(request: string): Promise<string> {
          return request;
        }
      }
      return Sample;
    }).toThrow('@endpoint run: unknown option "timeout"; did you mean "timeoutMs"?');
    expect(() => {
      class Sample {
        @api(options({ paht: "/x" }))
        async run(request: string): Promise<string> {
          return request;
        }
      }
      return Sample;
    }).toThrow('@api run: unknown option "paht"; did you mean "path"?');
  });

  test.each([
    [{ namespace: "a.b" }, '"a.b" is not a name'],
    [{ namespace: "" }, '"" is not a name'],
    [{ namespace: "test", name: "a b" }, '"a b" is not a name'],
    [{ namespace: "test", workers: 0 }, "workers: 0 is not a whole number of at least 1"],
    [{ namespace: "test", workers: 1.5 }, "workers: 1.5 is not"],
  ])("%j", (value, message) => {
    expect(() => service(options(value))(Plain, context("class", "X"))).toThrow(message);
  });

  test("a synchronous endpoint", () => {
    const decorate = endpoint() as (method: unknown, context: never) => void;
    expect(() => decorate(() => "x", context("method", "run"))).toThrow(
      "@endpoint run: an endpoint is an async method (one answer) or an async generator (a stream).",
    );
  });

  test("something else than an error type", () => {
    const schema = declareError("E", {
      "~standard": { version: 1 as const, vendor: "", validate: (value) => ({ value }) },
    });
    expect(() => endpoint({ error: schema })(async (_request: string) => "x", context("method", "run"))).not.toThrow();
    const plain = { ...schema, is: undefined };
    expect(() =>
      endpoint(options({ error: plain }))(async (_request: string) => "x", context("method", "run")),
    ).toThrow(
      '@endpoint run: error is not an error type: take a generated error, or make one: declareError("QuotaError", schema).',
    );
  });

  test("something else than a schema", () => {
    expect(() => endpoint(options({ input: {} }))(async (_request: string) => "x", context("method", "run"))).toThrow(
      "@endpoint run: input is not a schema",
    );
  });

  test("two endpoints of one name", () => {
    expect(() => {
      @service({ namespace: "test" })
      class Sample {
        @endpoint({ name: "run" })
        async first(request: string): Promise<string> {
          return request;
        }

        @endpoint()
        async run(request: string): Promise<string> {
          return request;
        }
      }
      return Sample;
    }).toThrow('@service Sample: the methods first and run are both named "run".');
  });

  test("a path that is none", () => {
    expect(() => api({ path: "generate" })(async (_request: string) => "x", context("method", "run"))).toThrow(
      '@api run: path "generate" must start with "/"',
    );
  });
});

test.each([
  ["Backend", "backend"],
  ["VllmWorker", "vllm-worker"],
  ["HTTPFrontend", "http-frontend"],
  ["Stage2Router", "stage2-router"],
  ["my_Service", "my-service"],
])("%s is %s in kebab case", (name, expected) => {
  expect(kebabCase(name)).toBe(expected);
});
