/** Without tests these would be broken, not fine. */
const REQUIRED = ["packages/codegen", "packages/create", "packages/runtime-native", "packages/sdk", "tests/e2e"];

/** Only in `test:full`. */
const LONG = "tests/full";

/**
 * The folders whose Bun tests belong to the fast tier, in the order in which they run: those that must have tests, and
 * every other one that has some, so that no test file is left out.
 */
export function testFolders(root: string): string[] {
  const files = [...new Bun.Glob("{packages,apps,tests,bench,scripts}/**/*.test.ts").scanSync(root)];
  const found = files.filter((file) => !file.includes("node_modules")).map(suiteFolder);
  const folders = new Set([...found, ...REQUIRED]);
  folders.delete(LONG);
  // Those that start whole graphs come last.
  return [...folders].toSorted((a, b) => Number(a === "tests/e2e") - Number(b === "tests/e2e") || (a < b ? -1 : 1));
}

/** `packages/sdk/src/x.test.ts` belongs to `packages/sdk`, `bench/x.test.ts` to `bench`. */
function suiteFolder(file: string): string {
  const [first = "", second = ""] = file.split("/");
  return ["packages", "apps", "tests"].includes(first) ? `${first}/${second}` : first;
}
