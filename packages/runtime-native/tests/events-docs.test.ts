import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";

const packageFolder = join(import.meta.dir, "..");
const page = readFileSync(join(packageFolder, "..", "..", "docs", "events.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "stator-docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("docs/events.md", () => {
  const examples = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);

  const OUTPUT = [["load 0.5 0n", "load 0.7 1n"], ["model 1"]];

  test.each(OUTPUT.map((output, index) => [index + 1, output] as const))("example %i runs", async (number, output) => {
    const program = join(folder, `example-${number}.ts`);
    const code = examples[number - 1] ?? "throw new Error('there is no such example')";
    const here = { "@stator/runtime-native": packageFolder, zod: Bun.resolveSync("zod", packageFolder) };
    const resolved = Object.entries(here).reduce(
      (text, [name, path]) => text.replaceAll(JSON.stringify(name), JSON.stringify(path)),
      code,
    );
    writeFileSync(program, resolved);
    const child = Bun.spawn([process.execPath, program], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, NODE_ENV: "production" },
    });
    const printed = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    expect(printed.split("\n").filter((line) => line !== "")).toEqual(output);
  });

  test("no example is left out", () => {
    expect(examples).toHaveLength(OUTPUT.length);
  });

  test("the metrics are those of the core", () => {
    const source = readFileSync(
      join(packageFolder, "crates", "stator-runtime", "src", "events", "event_metrics.rs"),
      "utf8",
    );
    const counted = [...source.matchAll(/"(stator_events_\w+)"/g)].map(([, name = ""]) => name);
    const table = [...page.matchAll(/^\| `(stator_events_\w+)`/gm)].map(([, name = ""]) => name);
    expect(new Set(table)).toEqual(new Set(counted));
    expect(table).toHaveLength(counted.length);
  });
});
