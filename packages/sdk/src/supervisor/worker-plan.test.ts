import { expect, test } from "bun:test";

import { planWorkers } from "./worker-plan.ts";

const service = (className: string, http = false, workers = 1) => ({
  className,
  component: className.toLowerCase(),
  id: `test.${className.toLowerCase()}`,
  workers,
  http,
  command: null,
});
const GRAPH = [service("Backend", false, 3), service("Admin", true), service("Frontend", true)];
const OPTIONS = { port: 8000, only: [], overrides: [] };
const summary = (plan: ReturnType<typeof planWorkers>) =>
  plan.map(({ description, workers, port }) => [description.className, workers, port]);

test("takes the decorators' workers; the root has the port, further services the next ones", () => {
  expect(summary(planWorkers(GRAPH, OPTIONS))).toEqual([
    ["Backend", 3, null],
    ["Admin", 1, 8001],
    ["Frontend", 1, 8000],
  ]);
});

test("the command line wins, by class, component or full name", () => {
  const overrides = [
    { service: "Backend", workers: 2 },
    { service: "admin", port: 9000 },
    { service: "test.admin", workers: 4 },
  ];
  expect(summary(planWorkers(GRAPH, { ...OPTIONS, overrides }))).toEqual([
    ["Backend", 2, null],
    ["Admin", 4, 9000],
    ["Frontend", 1, 8000],
  ]);
});

test("runs only what it is told to", () => {
  expect(summary(planWorkers(GRAPH, { ...OPTIONS, only: ["Backend"] }))).toEqual([["Backend", 3, null]]);
});

test("refuses what is not there", () => {
  expect(() => planWorkers(GRAPH, { ...OPTIONS, only: ["Backnd"] })).toThrow(
    '--only: the graph has no service "Backnd"; did you mean "Backend"?',
  );
  expect(() => planWorkers(GRAPH, { ...OPTIONS, overrides: [{ service: "Backend", port: 1 }] })).toThrow(
    "--Backend.port: Backend has no @api method.",
  );
});
