import { describe, expect, test } from "bun:test";

import type { ServiceDescription } from "../supervision/messages.ts";
import { planWorkers } from "./worker-plan.ts";

const service = (className: string, changes: Partial<ServiceDescription> = {}): ServiceDescription => ({
  className,
  component: className.toLowerCase(),
  id: `test.${className.toLowerCase()}`,
  workers: 1,
  http: false,
  port: null,
  resources: { cpu: null, memory: null, gpu: 0 },
  labels: {},
  defaultEnv: {},
  env: {},
  endpoints: [],
  dependsOn: [],
  settings: "{}",
  explanations: [],
  command: null,
  ...changes,
});
const needs = (gpu: number) => ({ cpu: null, memory: null, gpu });
const GRAPH = [
  service("Backend", { workers: 3 }),
  service("Admin", { http: true }),
  service("Frontend", { http: true }),
];
const OPTIONS = { port: 8000, only: [], gpus: [], oversubscribe: false, cores: 2 };
const summary = (services: readonly ServiceDescription[], options: Partial<Parameters<typeof planWorkers>[1]> = {}) =>
  planWorkers(services, { ...OPTIONS, ...options }).services.map(({ description, workers, port }) => [
    description.className,
    workers,
    port,
  ]);
const gpus = (services: readonly ServiceDescription[], inventory: string[], oversubscribe = false) =>
  planWorkers(services, { ...OPTIONS, gpus: inventory, oversubscribe }).services.map((each) => each.gpus);

test("the root has the port, further services the next ones", () => {
  expect(summary(GRAPH)).toEqual([
    ["Backend", 3, null],
    ["Admin", 1, 8001],
    ["Frontend", 1, 8000],
  ]);
});

test("a port of its own wins; two services cannot have the same", () => {
  const [backend, , frontend] = GRAPH as [ServiceDescription, ServiceDescription, ServiceDescription];
  const own = (port: number) => [backend, service("Admin", { http: true, port }), frontend];
  expect(summary(own(9000))[1]).toEqual(["Admin", 1, 9000]);
  expect(() => summary(own(8000))).toThrow("Admin and Frontend both have port 8000; set --Frontend.port.");
});

test("runs only what it is told to", () => {
  expect(summary(GRAPH, { only: ["Backend"] })).toEqual([["Backend", 3, null]]);
});

test("refuses what is not there", () => {
  expect(() => summary(GRAPH, { only: ["Backnd"] })).toThrow(
    '--only: the graph has no service "Backnd"; did you mean "Backend"?',
  );
  expect(() => summary([service("Backend", { port: 1 })])).toThrow(
    "Backend.port: Backend has no @api method and no @onRequest.",
  );
});

describe("auto", () => {
  test("is a worker for each core", () => {
    expect(summary([service("Worker", { workers: "auto" })])).toEqual([["Worker", 2, null]]);
  });

  test("with GPUs is as many as find room, after those with a number, shared evenly", () => {
    const workers = "auto" as const;
    const graph = [
      service("A", { resources: needs(1), workers }),
      service("B", { resources: needs(2) }),
      service("C", { resources: needs(1), workers }),
    ];
    expect(summary(graph, { gpus: ["0", "1", "2", "3", "4", "5"] })).toEqual([
      ["A", 2, null],
      ["B", 1, null],
      ["C", 2, null],
    ]);
  });
});

describe("GPUs", () => {
  test("each worker has its own", () => {
    const graph = [service("Prefill", { resources: needs(2), workers: 2 }), service("Decode", { resources: needs(1) })];
    expect(gpus(graph, ["0", "1", "2", "3", "4"])).toEqual([
      [
        ["0", "1"],
        ["2", "3"],
      ],
      [["4"]],
    ]);
  });

  test("parts share one, and leave whole ones whole", () => {
    const graph = [service("Small", { resources: needs(0.5), workers: 3 }), service("Whole", { resources: needs(1) })];
    expect(gpus(graph, ["GPU-a", "GPU-b", "GPU-c"])).toEqual([[["GPU-a"], ["GPU-a"], ["GPU-b"]], [["GPU-c"]]]);
  });

  test("ten tenths fit on one", () => {
    expect(gpus([service("Tiny", { resources: needs(0.1), workers: 10 })], ["0"]).flat(2)).toEqual(Array(10).fill("0"));
    expect(() => gpus([service("Tiny", { resources: needs(0.1), workers: 11 })], ["0"])).toThrow("worker 10 gets none");
  });

  test("that are not there are an error, unless they may be shared", () => {
    const graph = [service("Decode", { resources: needs(1), workers: 3 })];
    expect(() => gpus(graph, ["0", "1"])).toThrow(
      "Decode: 3 workers with 1 GPU each need more than there is: 2 GPUs are there, and worker 2 gets none.",
    );
    expect(gpus(graph, ["0", "1"], true)).toEqual([[["0"], ["1"], ["0"]]]);
    expect(() => gpus([service("Wide", { resources: needs(3) })], ["0", "1"], true)).toThrow(
      "1 worker with 3 GPU each",
    );
  });
});
