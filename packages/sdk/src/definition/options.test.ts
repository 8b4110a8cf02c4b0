import { expect, test } from "bun:test";

import { definitionOf, endpoint, service } from "../index.ts";

const noop = (next: unknown) => next;

class Plain {
  readonly size = 1;
}

/** What `@service` makes of options that a caller without types could pass. */
function define(options: object): ReturnType<typeof definitionOf> {
  const metadata = Object.create(null) as DecoratorMetadata;
  const target = class extends Plain {};
  Object.defineProperty(target, Symbol.metadata ?? Symbol.for("Symbol.metadata"), { value: metadata });
  const context = { kind: "class", name: "X", metadata, addInitializer: () => undefined } as const;
  service({ namespace: "test", ...options } as never)(target, context as never);
  return definitionOf(target);
}

test("everything that was said stands in the definition", () => {
  expect(
    define({
      workers: 2,
      resources: { cpu: "300m", memory: "500Mi", gpu: 0.5 },
      limits: { maxConcurrency: 10, queue: 50, timeoutMs: 1000 },
      env: { LOG_LEVEL: "debug" },
      labels: { "team/name": "search" },
      interceptors: { server: [noop] },
    }),
  ).toMatchObject({
    workers: 2,
    resources: { cpu: 0.3, memory: 500 * 1024 * 1024, gpu: 0.5 },
    limits: { maxConcurrency: 10, queue: 50, rate: null },
    env: { LOG_LEVEL: "debug" },
    labels: { "team/name": "search" },
    interceptors: { server: [noop], client: [] },
  });
  expect(define({})).toMatchObject({
    resources: { cpu: null, memory: null, gpu: 0 },
    limits: null,
    env: {},
    labels: {},
    interceptors: { server: [], client: [] },
  });
});

test.each([
  [{ cpu: 2 }, { cpu: 2 }],
  [{ cpu: "0.25" }, { cpu: 0.25 }],
  [{ memory: 1024 }, { memory: 1024 }],
  [{ memory: "2G" }, { memory: 2_000_000_000 }],
  [{ memory: "1.5Ki" }, { memory: 1536 }],
  [{ gpu: "4" }, { gpu: 4 }],
])("resources %j", (resources, expected) => {
  expect(define({ resources })?.resources).toMatchObject(expected);
});

test.each([
  [{ resource: {} }, 'unknown option "resource"; did you mean "resources"?'],
  [{ resources: { cpus: 1 } }, '@service X: resources: unknown option "cpus"; did you mean "cpu"?'],
  [{ resources: { cpu: "2 cores" } }, 'resources: cpu: "2 cores" is not an amount; write 2, 0.5 or "300m".'],
  [{ resources: { cpu: 0 } }, "resources: cpu: 0 is not more than nothing"],
  [{ resources: { cpu: -1 } }, "resources: cpu: -1 is not an amount"],
  [{ resources: { memory: "5 GB" } }, 'resources: memory: "5 GB" is not an amount; write "500Mi", "2G"'],
  [{ resources: { memory: "5i" } }, 'resources: memory: "5i" is not an amount'],
  [{ resources: { gpu: 1.5 } }, "resources: gpu is 1.5; only a part of one GPU can be shared"],
  [{ resources: { gpu: Number.NaN } }, "resources: gpu: null is not an amount"],
  [{ limits: { maxConcurency: 1 } }, 'limits: unknown option "maxConcurency"; did you mean "maxConcurrency"?'],
  [{ limits: { maxConcurrency: 0 } }, "limits: maxConcurrency: 0 is not a whole number of at least 1"],
  [{ limits: { queue: 5 } }, "limits: queue needs maxConcurrency"],
  [{ limits: { maxConcurrency: 1, queue: -1 } }, "limits: queue: -1 is not a whole number of at least 0"],
  [{ limits: { perSecond: 0 } }, "limits: perSecond: 0 is not a number of calls above 0."],
  [{ limits: { burst: 5 } }, "limits: burst needs perSecond."],
  [{ limits: { perSecond: 1, burst: 0 } }, "limits: burst: 0 is not a whole number of at least 1"],
  [{ limits: { timeoutMs: 0 } }, "limits: timeoutMs: 0 is not a whole number of at least 1"],
  [{ env: { "A-B": "x" } }, 'env: "A-B" is not a name; use letters, digits and "_".'],
  [{ env: { A: 1 } }, "env.A is 1; it must be a text."],
  [{ env: ["A=1"] }, "env is a map of texts"],
  [{ labels: { "": "x" } }, 'labels: "" is not a name'],
])("refuses %j", (options, message) => {
  expect(() => define(options)).toThrow(message);
});

test("the limits of endpoints, and their default time", () => {
  @service({ namespace: "test", limits: { timeoutMs: 500 } })
  class Worker {
    @endpoint({ limits: { maxConcurrency: 3 }, retry: { attempts: 5 } })
    async one(request: string): Promise<string> {
      return request;
    }

    @endpoint({ timeoutMs: 50, limits: { perSecond: 2.5 } })
    async two(request: string): Promise<string> {
      return request;
    }
  }
  expect(definitionOf(Worker)?.endpoints).toMatchObject([
    {
      timeoutMs: 500,
      limits: { maxConcurrency: 3, queue: 0, rate: null },
      retry: { attempts: 5, baseMs: 50, maxMs: 2000, budget: 0.2 },
    },
    { timeoutMs: 50, limits: { maxConcurrency: null, rate: { perSecond: 2.5, burst: 3 } }, retry: null },
  ]);
});

test.each([
  [{ limits: { timeoutMs: 1 } }, 'limits: unknown option "timeoutMs"'],
  [{ retry: { attempt: 1 } }, 'retry: unknown option "attempt"; did you mean "attempts"?'],
  [{ retry: { attempts: 0 } }, "retry: attempts: 0 is not a whole number of at least 1"],
  [{ retry: { budget: -1 } }, "retry: budget: -1 is not a share of the calls, such as 0.2."],
])("an endpoint refuses %j", (options, message) => {
  const context = { kind: "method", name: "run", static: false, private: false, metadata: {} } as never;
  expect(() => endpoint(options as never)(async (_request: string) => "x", context)).toThrow(message);
});
