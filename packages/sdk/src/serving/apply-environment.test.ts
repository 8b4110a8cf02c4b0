import { expect, test } from "bun:test";

import type { ServiceDefinition } from "../definition/service-definition.ts";
import { applyEnvironment } from "./apply-environment.ts";

function asks(className: string, env: Record<string, string>): ServiceDefinition {
  return { className, env } as ServiceDefinition;
}

test("sets what nobody has set; who starts the process knows better", () => {
  const environment: Record<string, string | undefined> = { A: "outside" };
  const ours = new Set<string>();
  applyEnvironment([asks("One", { A: "1", B: "2" }), null], ours, environment);
  expect(environment).toEqual({ A: "outside", B: "2" });
  applyEnvironment([asks("One", { A: "1", B: "2" }), asks("Two", { A: "5", B: "2", C: "3" })], ours, environment);
  expect(environment).toEqual({ A: "outside", B: "2", C: "3" });
  expect([...ours]).toEqual(["B", "C"]);
});

test("refuses services that share a process and disagree", () => {
  const ours = new Set<string>();
  const environment = {};
  applyEnvironment([asks("One", { B: "1" })], ours, environment);
  expect(() => applyEnvironment([asks("One", { B: "1" }), asks("Two", { B: "2" })], ours, environment)).toThrow(
    "One and Two run in one process and ask for different values of B; set it outside, or run them in processes",
  );
});
