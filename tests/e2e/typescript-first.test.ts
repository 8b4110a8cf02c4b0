import { expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Command, root } from "../support/command.ts";
import { Graph } from "../support/graph.ts";

const EXAMPLE = "apps/examples/typescript-first";

/** The program and what was generated, in a folder where there is the runtime, but neither zod nor the SDK nor the service. */
class Elsewhere implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "stator-elsewhere-"));
  readonly program = join(this.#folder, "watch.ts");

  constructor() {
    mkdirSync(join(this.#folder, "node_modules", "@stator"), { recursive: true });
    symlinkSync(join(root, "packages/runtime-native"), join(this.#folder, "node_modules/@stator/runtime-native"));
    for (const each of ["watch.ts", "generated"]) {
      cpSync(join(root, EXAMPLE, each), join(this.#folder, each), { recursive: true });
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

test("a client that was generated from a service in zod calls it, from a program without its code", async () => {
  await using graph = await Graph.start(`${EXAMPLE}/quotes.ts#Quotes`);
  using elsewhere = new Elsewhere();
  const run = (...options: string[]): Command =>
    new Command([elsewhere.program, ...options], { DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: graph.discovery });

  await using watch = run("ACME");
  expect(await watch.exited).toBe(0);
  // The default of `count` is in the contract.
  expect(watch.output).toEqual(["ACME costs 400", "400", "405 (5 more)", "410 (5 more)"]);

  // What zod would refuse never leaves the caller.
  await using wrong = run("FAR TOO LONG");
  expect(await wrong.exited).toBe(1);
  expect(wrong.text).toBe("invalid_request: market.quotes.latest: symbol: expected 1 to 8 characters, got 12");
  await using many = run("ACME", "101");
  expect(await many.exited).toBe(1);
  expect(many.text).toContain("invalid_request: market.quotes.watch: count: expected 1 to 100, got 101");
  expect(await graph.stop()).toBe(0);
});

test("HTTP reaches it where its OpenAPI document says", async () => {
  const path = join(root, EXAMPLE, "generated", "openapi", "quotes.json");
  const { paths } = JSON.parse(readFileSync(path, "utf8")) as { paths: Record<string, Record<string, object>> };
  expect(Object.entries(paths).map(([route, methods]) => [route, Object.keys(methods)])).toEqual([
    ["/quotes/{symbol}", ["get"]],
  ]);
  await using graph = await Graph.start(`${EXAMPLE}/quotes.ts#Quotes`);
  const response = await fetch(`${graph.url}/quotes/ABC`);
  expect(await response.json()).toEqual({ symbol: "ABC", cents: 300, change: { kind: "none" } });
});
