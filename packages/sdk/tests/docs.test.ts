/** Every whole program that the pages on services show runs, and prints what it should. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "bun:test";

import { programsOf } from "./support/documented-programs.ts";

const root = join(import.meta.dir, "..", "..", "..");
// Below the root, where the programs find what they import.
mkdirSync(join(root, ".stator"), { recursive: true });
const folder = mkdtempSync(join(root, ".stator", "docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the programs of each page print, in its order. Files of the examples, and parts of programs, are left out. */
const OUTPUT: Readonly<Record<string, readonly (readonly string[])[]>> = {
  errors: [
    [
      "2 placed",
      "invalid_request: docs.orders.place: items[1].count: order at least one " +
        '{"issues":[{"path":"items[1].count","message":"order at least one"}]}',
      'conflict: the shop is empty {"left":0}',
    ],
    [
      "declared the quota is used up 100",
      '429 {"error":{"code":"declared","message":"the quota is used up","retryable":false,"name":"QuotaError",' +
        '"details":{"left":100,"resetMs":60000}}}',
    ],
    ["1", "unknown_outcome false"],
    [
      '529 {"error":{"code":"overloaded","message":"the model is busy","retryable":true}}',
      '200 "token 0"',
      '{"error":{"code":"overloaded","message":"the model is busy","retryable":true}}',
    ],
  ],
  services: [["starting", "3", "served 1 calls"]],
  interceptors: [
    [
      "graph: server of docs.caller.run",
      "dependency: client of docs.echo.echo",
      "call: client of docs.echo.echo",
      "graph: server of docs.echo.echo",
      "service: server of docs.echo.echo",
      "endpoint: server of docs.echo.echo",
      "hello",
    ],
    [
      "{",
      '  budget: "{\\"tokens\\":500}",',
      "}",
      "500",
      "{",
      "  metadata: {",
      '    budget: "{\\"tokens\\":3}",',
      "  },",
      "}",
    ],
  ],
  resilience: [['[ "1", "2", "3", "overloaded" ]'], ["value of a"]],
  http: [["A TEXT"], ["8", "the app answers /about"], ["data: 1", "data: 1152921504606846976", '{"one":true}']],
  health: [["200 503", "200 200"], ["3"]],
  tracing: [
    [
      "3",
      "split < docs.model.run",
      "docs.model.run < docs.model.run",
      "docs.model.run < docs.caller.count",
      "docs.caller.count < undefined",
    ],
  ],
};

const programs = Object.entries(OUTPUT).flatMap(([page, outputs]) =>
  outputs.map((output, index) => [page, index + 1, output] as const),
);

test.each(programs)("docs/%s.md: program %i", async (page, number, output) => {
  const program = join(folder, `${page}-${number}.ts`);
  writeFileSync(program, programsOf(page)[number - 1] ?? "throw new Error('there is no such program')");
  const child = Bun.spawn([process.execPath, program], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const printed = await new Response(child.stdout).text();
  expect(printed.split("\n").filter((line) => line !== "")).toEqual([...output]);
  expect(await child.exited).toBe(0);
});

test.each(Object.keys(OUTPUT))("docs/%s.md: no program is left out", (page) => {
  expect(programsOf(page)).toHaveLength(OUTPUT[page]?.length ?? 0);
});
