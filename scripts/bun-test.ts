/**
 * `bun scripts/bun-test.ts <folder> [options]`: runs the tests of one folder from the root, where bunfig.toml and
 * its preload apply. Bun reads bunfig.toml from the current folder only.
 */
import { toolEnvironment } from "./lib/environment.ts";
import { root } from "./lib/paths.ts";

const [folder, ...options] = process.argv.slice(2);
if (folder === undefined) throw new Error("Name the folder whose tests are to run, such as packages/sdk.");
const tests = Bun.spawn([process.execPath, "test", `./${folder}/`, ...options], {
  cwd: root,
  env: toolEnvironment(),
  stdio: ["inherit", "inherit", "inherit"],
});
process.exitCode = await tests.exited;
