import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";

const source = join(import.meta.dir, "..");
const root = mkdtempSync(join(tmpdir(), "stator-addon-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const addons = readdirSync(source).filter((name) => name.endsWith(".node"));

/** A copy of the package as it would be installed, with the addon or without. */
function install(name: string, withAddon: boolean, change: (manifest: { version: string }) => void = () => {}): string {
  const folder = join(root, name);
  mkdirSync(folder);
  cpSync(join(source, "src"), join(folder, "src"), { recursive: true });
  if (withAddon) for (const addon of addons) cpSync(join(source, addon), join(folder, addon));
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { version: string };
  change(manifest);
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}

/** What a program that uses the copy says. */
async function use(folder: string): Promise<Record<string, unknown>> {
  const program = join(folder, "program.ts");
  writeFileSync(
    program,
    `import { DistributedRuntime } from ${JSON.stringify(folder)};
     try {
       await using runtime = await DistributedRuntime.create({ discovery: "memory" });
       console.log(JSON.stringify({ works: runtime.instanceId > 0n }));
     } catch (error) {
       console.log(JSON.stringify({ name: error.name, code: error.code, message: error.message }));
     }`,
  );
  const child = Bun.spawn([process.execPath, program], { stdio: ["ignore", "pipe", "inherit"] });
  const output = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  return JSON.parse(output) as Record<string, unknown>;
}

describe("the addon", () => {
  test("a copy of the package works where it stands", async () => {
    expect(addons.length).toBeGreaterThan(0);
    expect(await use(install("whole", true))).toEqual({ works: true });
  });

  test("without it, the error names the package, the platform and the C library", async () => {
    const folder = install("without", false);
    expect(existsSync(join(folder, addons[0] ?? "none"))).toBe(false);
    const error = await use(folder);
    expect([error["name"], error["code"]]).toEqual(["StatorError", "addon_missing"]);
    expect(error["message"]).toContain("@stator/runtime-native");
    expect(error["message"]).toContain(`${process.platform}-${process.arch}`);
    expect(error["message"]).toContain(addons[0] ?? "none");
    if (process.platform === "linux") expect(error["message"]).toMatch(/linux-\w+-(gnu|musl):/);
  });

  test("one that cannot be loaded is an error of the same kind, with the reason", async () => {
    const folder = install("broken", false);
    for (const addon of addons) writeFileSync(join(folder, addon), "this is no library");
    const error = await use(folder);
    expect(error["code"]).toBe("addon_missing");
  });

  test("one of another version names both", async () => {
    const error = await use(install("other", true, (manifest) => (manifest.version = "99.1.2")));
    expect([error["name"], error["code"]]).toEqual(["StatorError", "version_mismatch"]);
    expect(error["message"]).toContain("99.1.2");
    const own = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { version: string };
    expect(error["message"]).toContain(own.version);
  });
});
