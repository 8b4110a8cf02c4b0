import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../paths.ts";

const base = mkdtempSync(join(tmpdir(), "stator-publish-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(base, "package-"));
  for (const name of ["src", "tests"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "src", "index.ts"), "export {};\n");
  for (const name of ["README.md", "LICENSE", "CHANGELOG.md"]) writeFileSync(join(folder, name), "");
  writeFileSync(join(folder, "tests", "index.test.ts"), "");
});

async function publish(manifest: object, ...options: string[]): Promise<{ code: number; text: string }> {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "a-package", version: "1.2.3", ...manifest }));
  const command = [process.execPath, join(root, "scripts", "publish-dry.ts"), folder, ...options];
  const child = Bun.spawn(command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, text: `${out}${error}` };
}

test("says what would be published, and leaves nothing behind", async () => {
  const { code, text } = await publish({ files: ["src", "CHANGELOG.md"] }, "--files");
  expect(code, text).toBe(0);
  expect(text).toContain("a-package 1.2.3");
  expect(text).toMatch(/^ +11 B {2}src\/index\.ts$/m);
  expect(text).not.toContain("index.test.ts");
  expect([...new Bun.Glob("**/*.tgz").scanSync({ cwd: folder })]).toEqual([]);
});

test("fails when there is something that should not be", async () => {
  const { code, text } = await publish({ scripts: { postinstall: "exit 9" } });
  expect(code).toBe(1);
  expect(text).toContain("refused: tests/index.test.ts is no part of a package");
  expect(text).toContain("refused: package.json: postinstall runs when it is installed");
  expect(text).toContain("2 things should not be published.");
});

test("an option that it does not have is wrong usage", async () => {
  expect(await publish({}, "--now")).toMatchObject({ code: 2, text: expect.stringContaining("Usage:") as string });
});
