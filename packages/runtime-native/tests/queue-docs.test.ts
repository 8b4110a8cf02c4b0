import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { Nats } from "../../../scripts/lib/servers/nats.ts";

const packageFolder = join(import.meta.dir, "..");
const page = readFileSync(join(packageFolder, "..", "..", "docs", "queue.md"), "utf8");
const examples = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);
const folder = mkdtempSync(join(tmpdir(), "stator-queue-docs-"));
let nats: Nats;
beforeAll(async () => {
  nats = await Nats.start();
});
afterAll(async () => {
  await nats[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const OUTPUT = [
  ["true", "48 {", "  ready: 0,", "  inFlight: 0,", "  dead: 0,", "  bytes: 0,", "}"],
  [
    "done 1",
    "later 1",
    "never 1",
    "later 2",
    "rejected nobody can read this never",
    "1 {",
    "  ready: 1,",
    "  inFlight: 0,",
    "  dead: 0,",
    expect.stringMatching(/^ {2}bytes: \d+,$/),
    "}",
  ],
];

const PLACES = {
  memory: () => ({ DYN_DISCOVERY_BACKEND: "memory" }),
  nats: () => ({ DYN_DISCOVERY_BACKEND: "file", NATS_SERVER: nats.url }),
};

describe.each(["memory", "nats"] as const)("docs/queue.md in %s", (place) => {
  test.each(OUTPUT.map((output, index) => [index + 1, output] as const))("example %i runs", async (number, output) => {
    const program = join(folder, `example-${number}.ts`);
    const code = examples[number - 1] ?? "throw new Error('there is no such example')";
    const imports = { "@stator/runtime-native": packageFolder, zod: Bun.resolveSync("zod", import.meta.dir) };
    let text = code;
    for (const [name, path] of Object.entries(imports)) {
      text = text.replaceAll(`from ${JSON.stringify(name)}`, `from ${JSON.stringify(path)}`);
    }
    writeFileSync(program, text);
    const child = Bun.spawn([process.execPath, program], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_ENV: "production", ...PLACES[place]() },
    });
    const printed = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    expect(printed.split("\n").filter((line) => line !== "")).toEqual(output);
  });
});

test("no example is left out", () => {
  expect(examples).toHaveLength(OUTPUT.length);
});
