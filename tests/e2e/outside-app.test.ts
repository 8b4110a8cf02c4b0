import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { LocalRegistry, REGISTRY_LIMIT_MS } from "../../scripts/lib/registry/local-registry.ts";
import { attempt, succeed } from "../../scripts/lib/succeed.ts";
import { root } from "../support/command.ts";
import { pathWithoutRust } from "../support/path-without-rust.ts";

/** An application that somebody else writes, in a folder that knows nothing of the workspace. */
let app = "";
let environment: Record<string, string | undefined> = {};

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "stator-outside-"));
  app = join(folder, "app");
  // PATH holds Bun and the system's programs: no Rust.
  environment = { ...process.env, PATH: pathWithoutRust(folder), DYN_FILE_KV: join(folder, "discovery") };
  const registry = await LocalRegistry.shared();
  cpSync(join(root, "apps/examples/hello-world/generated"), join(app, "contract"), { recursive: true });
  const versions = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const { typescript = "", "@types/bun": bunTypes = "" } = versions.devDependencies;
  write("package.json", {
    type: "module",
    dependencies: { "@stator/sdk": "latest", "@stator/runtime-native": "latest", "@stator/codegen": "latest" },
    devDependencies: { typescript, "@types/bun": bunTypes },
  });
  write("stator.codegen.json", {
    outputs: [{ crate: "hello-world-contract", out: "contract" }],
    command: "bun run codegen",
  });
  const { compilerOptions } = Bun.JSONC.parse(readFileSync(join(root, "tsconfig.base.json"), "utf8")) as {
    compilerOptions: object;
  };
  write("tsconfig.json", { compilerOptions, include: ["*.ts", "contract"] });
  write("backend.ts", SERVICE);
  write("main.ts", CALLER);
  await succeed(["bun", "install"], app, { ...environment, ...registry.environment() });
}, REGISTRY_LIMIT_MS);

afterAll(() => rmSync(dirname(app), { recursive: true, force: true }));

const SERVICE = `
import { type Context, endpoint, service } from "@stator/sdk";
import { type BackendService, Token, Words } from "./contract/index.ts";

@service({ namespace: "hello" })
export class Backend implements BackendService {
  @endpoint({ input: Words, output: Token, idempotent: true })
  async *generate(request: Words, context: Context): AsyncGenerator<Token> {
    for (const [index, text] of request.text.split(" ").entries()) {
      yield { index, text, servedBy: [{ service: "Backend", instance: context.instanceId }] };
    }
  }
}
`;

const CALLER = `
import { DistributedRuntime, StatorError } from "@stator/runtime-native";
import { serve } from "@stator/sdk";
import { Backend } from "./backend.ts";
import { BackendClient } from "./contract/index.ts";

await using serving = await serve(Backend, { signals: false });
await using runtime = await DistributedRuntime.create();
await using client = await BackendClient.connect(runtime);
await client.waitForInstances();
for await (const token of client.generate({ text: "far away" })) {
  const [hop] = token.servedBy;
  console.log(token.index, token.text, typeof hop?.instance);
}
try {
  await client.generate({ text: "" }).one();
} catch (error) {
  if (error instanceof StatorError) console.log(error.code, error.message);
}
`;

function write(name: string, content: string | object): void {
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, name), typeof content === "string" ? content : JSON.stringify(content, null, 2));
}

test("no Rust is in reach", () => {
  for (const tool of ["cargo", "rustc"]) expect(Bun.which(tool, { PATH: environment["PATH"] ?? "" })).toBeNull();
  expect(existsSync(join(app, "node_modules/@stator/runtime-native"))).toBeTrue();
});

test("it compiles, serves and calls with generated code", async () => {
  await succeed(["bun", "node_modules/typescript/bin/tsc", "--project", "."], app, environment);
  const output = await succeed(["bun", "main.ts"], app, environment);
  expect(output.trim().split("\n")).toEqual([
    "0 far bigint",
    "1 away bigint",
    "invalid_request hello.backend.generate: text: expected 1 to 1048576 bytes of UTF-8, got 0",
  ]);
});

test("its code is generated again from the committed document", async () => {
  const check = ["bun", "node_modules/.bin/stator-codegen", "--from-document", "--check"];
  expect(await succeed(check, app, environment)).toContain("up to date");
  const file = join(app, "contract/types/token.ts");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace("index: number", "index: string"));
  const drifted = await attempt(check, app, environment);
  expect(drifted).toMatchObject({ exitCode: 1 });
  expect(drifted.output).toContain("-  index: string");
  await succeed(check.slice(0, -1), app, environment);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("a class that misses the contract does not compile", async () => {
  write("wrong.ts", SERVICE.replace("async *generate(request: Words,", "async *generates(request: Words,"));
  try {
    const { exitCode, output } = await attempt(
      ["bun", "node_modules/typescript/bin/tsc", "--project", "."],
      app,
      environment,
    );
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/wrong\.ts\(6,\d+\): error TS2420[^]*Property 'generate' is missing/);
  } finally {
    rmSync(join(app, "wrong.ts"));
  }
});
