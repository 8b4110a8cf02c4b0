import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkExports } from "./check-exports.ts";
import { packPackage } from "./pack-package.ts";

const base = mkdtempSync(join(tmpdir(), "stator-exports-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

async function problems(manifest: object, files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = mkdtempSync(join(base, "package-"));
  const whole = { name: "a-package", version: "1.0.0", type: "module", files: ["dist"], ...manifest };
  for (const [path, text] of Object.entries({ ...files, "package.json": JSON.stringify(whole) })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const tarball = join(folder, "a.tgz");
  return checkExports({
    name: "a-package",
    version: "1.0.0",
    folder,
    carries: null,
    tarball,
    ...(await packPackage(folder, tarball)),
  });
}

const files = { "dist/a.js": "export const a = 1;\n", "dist/a.d.ts": "export declare const a: number;\n" };

test("exports that are what they say have no problems", async () => {
  const exports = { ".": { types: "./dist/a.d.ts", default: "./dist/a.js" } };
  expect(await problems({ exports }, files)).toEqual([]);
});

test.each<[why: string, target: object, more: Record<string, string>, problem: RegExp]>([
  ["a file that is not there", { types: "./dist/a.d.ts", default: "./dist/b.js" }, {}, /does not exist/],
  ["types that are not found first", { default: "./dist/a.js", types: "./dist/a.d.ts" }, {}, /types.*first/],
  ["no types at all", { default: "./dist/b.js" }, { "dist/b.js": "export {};\n" }, /types: UntypedResolution/],
  [
    "declarations that name files which are not there",
    { types: "./dist/b.d.ts", default: "./dist/a.js" },
    { "dist/b.d.ts": 'export { a } from "./c.js";\n' },
    /types: InternalResolutionError/,
  ],
])("%s is a problem", async (_, target, more, problem) => {
  expect((await problems({ exports: { ".": target } }, { ...files, ...more })).join("\n")).toMatch(problem);
});
