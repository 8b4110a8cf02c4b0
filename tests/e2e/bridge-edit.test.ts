/** What an edit of a Rust struct changes: in a copy of the example's crate, in a workspace of its own. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { root } from "../support/command.ts";

/** Two builds of a small crate on a loaded machine. */
const BUILD_LIMIT_MS = 600_000;
const EXAMPLE = "apps/examples/rust-typescript-bridge";
const TSC = join(root, "node_modules/typescript/bin/tsc");
const CODEGEN = join(root, "packages/codegen/src/cli/stator-codegen.ts");

/** An application that depends on the generated files: it calls the stub, the client, and serves. */
const APP = `
import type { DistributedRuntime } from "@stator/runtime-native";
import { Job, JobsClient, type JobsService, plan, type Plan } from "./rust-typescript-bridge/generated/index.ts";

export const planned: Plan = plan({ name: "paint", weight: 25 });
export const job: Job = Job.parse({ name: "paint", weight: 25 });

export async function ask(runtime: DistributedRuntime): Promise<number> {
  await using client = await JobsClient.connect(runtime);
  return (await client.plan({ name: "paint", weight: 25 })).steps;
}

export class Jobs implements JobsService {
  async plan(request: Job): Promise<Plan> {
    return { job: request, steps: Math.ceil(request.weight / 10) };
  }
}
`;

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stator-edit-"));
  // The same workspace with one member: what is compiled already stays compiled.
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8")
    .replace(/members = \[[^\]]*\]/, 'members = ["addon"]')
    .replaceAll('path = "packages/', `path = "${root}/packages/`)
    .replace(/\[profile\.release\.package\.stator[^]*?\n(?=\n|$)/, "");
  writeFileSync(join(folder, "Cargo.toml"), manifest);
  cpSync(join(root, "Cargo.lock"), join(folder, "Cargo.lock"));
  cpSync(join(root, EXAMPLE, "addon"), join(folder, "addon"), { recursive: true });
  // A dynamic library has no hash in its file's name: it would take the place of the real one in the target folder.
  const member = join(folder, "addon/Cargo.toml");
  writeFileSync(member, readFileSync(member, "utf8").replace(/^crate-type = .*$/m, 'crate-type = ["rlib"]'));
  cpSync(join(root, EXAMPLE, "generated"), join(folder, "rust-typescript-bridge/generated"), { recursive: true });
  const { outputs } = JSON.parse(readFileSync(join(root, "apps/examples/stator.codegen.json"), "utf8")) as {
    outputs: { crate: string }[];
  };
  writeFileSync(
    join(folder, "stator.codegen.json"),
    JSON.stringify({ outputs: outputs.filter(({ crate }) => crate === "bridge-addon") }),
  );
  const { compilerOptions } = Bun.JSONC.parse(readFileSync(join(root, "tsconfig.base.json"), "utf8")) as {
    compilerOptions: object;
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["app.ts"] }));
  writeFileSync(join(folder, "app.ts"), APP);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...argv: string[]): Promise<{ exitCode: number; output: string }> {
  const child = Bun.spawn([process.execPath, ...argv], {
    cwd: folder,
    env: { ...process.env, CARGO_TARGET_DIR: process.env["CARGO_TARGET_DIR"] ?? join(root, "target") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { exitCode: await child.exited, output: `${out}${error}` };
}

/** The generated files by name. */
function generated(): Map<string, string> {
  const at = join(folder, "rust-typescript-bridge/generated");
  const files = readdirSync(at, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return new Map(files.map((name) => [name, readFileSync(join(at, name), "utf8")]));
}

/** The validator of a job. */
function reader(files: Map<string, string>): string {
  return /export function readJob\b[^]*?\n}/.exec(files.get("types/job.ts") ?? "")?.[0] ?? "";
}

test(
  "an edited struct changes types, validators, client, skeleton and stub, and breaks who misuses it",
  async () => {
    expect(await run(CODEGEN, "--check")).toMatchObject({ exitCode: 0 });
    expect(await run(TSC, "--project", ".")).toEqual({ exitCode: 0, output: "" });

    const source = join(folder, "addon/src/jobs.rs");
    const edited = readFileSync(source, "utf8")
      .replace("pub weight: u32,", "pub minutes: u32,\n    #[serde(default)]\n    pub serial: u64,")
      .replaceAll("job.weight", "job.minutes");
    writeFileSync(source, edited);

    // Forgotten: the check says so, and writes nothing.
    const before = generated();
    const forgotten = await run(CODEGEN, "--check");
    expect(forgotten.exitCode).toBe(1);
    expect(forgotten.output).toContain("-  weight: number");
    expect(forgotten.output).toContain("+  minutes: number");
    expect(generated()).toEqual(before);

    expect(await run(CODEGEN)).toMatchObject({ exitCode: 0 });
    const after = generated();
    const changed = [...after.keys()].filter((name) => after.get(name) !== before.get(name));
    expect(changed).toEqual(
      expect.arrayContaining(["types/job.ts", "clients/jobs-client.ts", "services/jobs.ts", "bindings/plan.ts"]),
    );
    // The validator stands beside its type.
    expect(reader(before)).toContain("weight");
    expect(reader(after)).toContain("minutes");
    expect(reader(after)).not.toContain("weight");
    expect(await run(CODEGEN, "--check")).toMatchObject({ exitCode: 0 });

    const { exitCode, output } = await run(TSC, "--project", ".");
    expect(exitCode).not.toBe(0);
    const lines = new Set([...output.matchAll(/app\.ts\((\d+),\d+\): error/g)].map(([, line]) => Number(line)));
    const misuses = APP.split("\n").flatMap((line, index) =>
      /weight[ :]/.test(line) && !line.includes("parse") ? [index + 1] : [],
    );
    expect(misuses.length).toBe(3);
    expect([...lines].toSorted((a, b) => a - b)).toEqual(misuses);
  },
  BUILD_LIMIT_MS,
);
