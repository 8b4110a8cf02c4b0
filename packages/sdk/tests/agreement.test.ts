/** The SDK and generated files, in an application whose runtime is of another version. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";

const packages = join(import.meta.dir, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "stator-agreement-"));
const installed = join(folder, "node_modules", "@stator");
const { version } = JSON.parse(readFileSync(join(packages, "sdk", "package.json"), "utf8")) as { version: string };

beforeAll(() => {
  for (const path of ["runtime-native/src", "sdk/package.json", "sdk/src/agreement.ts"]) {
    mkdirSync(dirname(join(installed, path)), { recursive: true });
    cpSync(join(packages, path), join(installed, path), { recursive: true });
  }
  cpSync(join(packages, "../apps/examples/hello-world/generated"), join(folder, "generated"), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What importing a file says when the runtime has that version. */
async function imported(file: string, runtime: string): Promise<string> {
  const manifest = readFileSync(join(packages, "runtime-native", "package.json"), "utf8");
  const changed = manifest.replace(/"version": "[^"]+"/, `"version": "${runtime}"`);
  writeFileSync(join(installed, "runtime-native", "package.json"), changed);
  const program = `await import(${JSON.stringify(file)}).then(() => console.log("works"), (e) => console.log(e.code, e.message))`;
  const child = Bun.spawn([process.execPath, "-e", program], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const text = await child.stdout.text();
  expect(await child.exited).toBe(0);
  return text.trim();
}

describe("the SDK", () => {
  const file = join(installed, "sdk/src/agreement.ts");

  test("works with the runtime of its version", async () => {
    expect(await imported(file, version)).toBe("works");
  });

  test.each([`${version}1`, "99.0.0", `${version}-next.1`])("refuses %s, and says what to install", async (other) => {
    expect(await imported(file, other)).toBe(
      `version_mismatch @stator/sdk is of version ${version}, but @stator/runtime-native is ${other}. ` +
        `Install the two in one version: bun add @stator/sdk@${version} @stator/runtime-native@${version}`,
    );
  });
});

describe("generated files", () => {
  const file = join(folder, "generated/index.ts");
  // Before 1.0 the second number says what breaks.
  const generation = version.split(".").slice(0, 2).join(".");

  test.each([version, `${generation}.99`])("work with the runtime %s", async (runtime) => {
    expect(await imported(file, runtime)).toBe("works");
  });

  test.each([`${generation}9.0`, "99.0.0"])("refuse %s, and say how to make new ones", async (other) => {
    expect(await imported(file, other)).toBe(
      `version_mismatch The generated code of hello-world-contract is of version ${generation}, ` +
        `but @stator/runtime-native is ${other}. Generate it again: bun run codegen`,
    );
  });
});
