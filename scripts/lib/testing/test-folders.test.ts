import { expect, test } from "bun:test";
import { root } from "../paths.ts";
import { testFolders } from "./test-folders.ts";

test("every folder with tests is found, the long ones apart, whole graphs last", () => {
  const folders = testFolders(root);
  expect(folders).toEqual(expect.arrayContaining(["bench", "packages/codegen", "packages/sdk", "scripts"]));
  expect(folders).not.toContain("tests/full");
  expect(folders.at(-1)).toBe("tests/e2e");
  expect(new Set(folders).size).toBe(folders.length);
});

test("a package that has to have tests is there even without", () => {
  expect(testFolders(import.meta.dir)).toEqual([
    "packages/codegen",
    "packages/create",
    "packages/runtime-native",
    "packages/sdk",
    "tests/e2e",
  ]);
});
