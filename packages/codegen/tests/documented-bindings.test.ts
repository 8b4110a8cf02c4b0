/** Builds and runs what docs/codegen.md shows of bindings, in a crate outside of the workspace. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { addonFileName } from "../src/support/addon-file-name.ts";
import { targetFolder, temporaryCrate } from "./support/temporary-crate.ts";

const root = join(import.meta.dir, "..", "..", "..");
const command = join(root, "packages", "codegen", "src", "cli", "stator-codegen.ts");
const page = readFileSync(join(root, "docs", "codegen.md"), "utf8");
const section = page.slice(page.indexOf("\n## Bindings"), page.indexOf("\n## What is refused"));

/** The first block of a language. */
function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "m").exec(section)?.[1] ?? "";
}

const program = block("ts");
let folder = "";

beforeAll(() => {
  const manifest = /^\[lib\][\s\S]*?(?=^\[dependencies\])/m.exec(block("toml"))?.[0] ?? "";
  folder = temporaryCrate("my-addon", manifest, {
    "src/lib.rs": block("rust"),
    "src/main.rs": "stator_contract::main!(my_addon::contracts);\n",
    "src/program.ts": program,
    "stator.codegen.json": block("json"),
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...words: string[]): Promise<{ code: number; output: string; errors: string }> {
  const child = Bun.spawn([process.execPath, ...words], {
    cwd: folder,
    env: { ...process.env, CARGO_TARGET_DIR: targetFolder, CARGO_NET_OFFLINE: "true" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, output, errors };
}

describe("the documented addon", () => {
  test("is generated, built, and agrees with itself", async () => {
    for (const words of [[], ["build-addon"], ["exports"], ["--check"]]) {
      const { code, errors } = await run(command, ...words);
      expect([words, code, code === 0 ? "" : errors]).toEqual([words, 0, ""]);
    }
    expect(existsSync(join(folder, addonFileName("my-addon")))).toBe(true);
  }, 300_000);

  test("does what the page says", async () => {
    const said = [...program.matchAll(/console\.log\(.*\);.*? \/\/ (.*)$/gm)].map((match) => match[1]);
    expect(said).toHaveLength(6);
    const { output, errors } = await run("src/program.ts");
    expect([output.trim().split("\n"), errors]).toEqual([said as string[], ""]);
  });
});
