import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { Etcd } from "../../../scripts/lib/servers/etcd.ts";

const packageFolder = join(import.meta.dir, "..");
const page = readFileSync(join(packageFolder, "..", "..", "docs", "kv.md"), "utf8");
const examples = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);
const folder = mkdtempSync(join(tmpdir(), "stator-kv-docs-"));
let etcd: Etcd;
beforeAll(async () => {
  etcd = await Etcd.start();
});
afterAll(async () => {
  await etcd[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const OUTPUT = [
  [
    "{",
    "  perSecond: 100,",
    '} {"perSecond":100}',
    "Uint8Array(4) [ 137, 80, 78, 71 ]",
    "null",
    "100",
    "docs/limits/backend",
    "docs/logo",
    "true false",
  ],
  ["[ 1, 2, 3 ]"],
  ["initial put docs/flags/blue true", "change put docs/flags/red false", "change delete docs/flags/blue "],
  ["2 true", "conflict"],
  ["{", '  name: "one",', "}", "{", '  name: "two",', "}", "true"],
];

const PLACES = {
  memory: () => ({ DYN_DISCOVERY_BACKEND: "memory" }),
  file: () => ({ DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: join(folder, "kv") }),
  etcd: () => ({ DYN_DISCOVERY_BACKEND: "etcd", ETCD_ENDPOINTS: etcd.endpoint }),
};

describe.each(["memory", "file", "etcd"] as const)("docs/kv.md in %s", (place) => {
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
