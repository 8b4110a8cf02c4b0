/**
 * `bun run test`: every check and every test of the fast tier; `--full` adds the long suites of tests/full.
 *
 * Goes on after a failure so that one run shows all of them. The last line is `N passed, M failed`.
 */
import { parseArgs } from "node:util";
import { root } from "./lib/paths.ts";
import { install, turbo } from "./lib/prepare.ts";
import { ETCD, NATS, serverBinary } from "./lib/servers/server-binary.ts";
import { cargoTests } from "./lib/testing/cargo-test.ts";
import { bunSuite, cargoSuite, checkSuite, runSuites } from "./lib/testing/suite.ts";
import type { Suite } from "./lib/testing/suite.ts";
import { testFolders } from "./lib/testing/test-folders.ts";
import { recordToolchain } from "./lib/toolchain.ts";

/** Long enough for a loaded machine of two cores; a test that waits for an event that never comes ends here. */
const UNIT_TIMEOUT_MS = 30_000;
const PROCESS_TIMEOUT_MS = 120_000;
const LONG_TIMEOUT_MS = 1_800_000;

const { values } = parseArgs({ options: { full: { type: "boolean", default: false } } });
process.chdir(root);
recordToolchain();
await install();

const script = (name: string): string[] => [process.execPath, "run", name];
/** Fetched before anything needs them: a test without its server fails, it is never left out. */
const servers: Suite = {
  name: "servers for tests",
  async run() {
    for (const program of [ETCD, NATS]) console.log(await serverBinary(program));
    return { passed: 1, failed: 0 };
  },
};
const suites: Suite[] = [
  // The addon comes first: TypeScript tests need it, and Cargo reuses what it compiled.
  checkSuite("build", turbo("run", "build")),
  checkSuite("a second build comes from the cache", turbo("run", "build"), (output) => output.includes("FULL TURBO")),
  // A drift check that no package takes part in would always pass.
  checkSuite("drift of generated code", turbo("run", "check:drift", "--force"), (output) =>
    /Tasks:\s+[1-9]\d* successful/.test(output),
  ),
  checkSuite("exports of the addons", turbo("run", "check:exports", "--force"), (output) =>
    /Tasks:\s+[2-9]\d* successful/.test(output),
  ),
  checkSuite("clippy", script("check:clippy")),
  checkSuite("rustfmt", script("check:rustfmt")),
  checkSuite("lint", script("check:lint")),
  checkSuite("format", script("check:format")),
  checkSuite("types and type tests", script("check:types")),
  // Says what each package holds, and compiles what is published beside the sources.
  checkSuite("what would be published", script("publish:dry")),
  servers,
  ...cargoTests().map((command) => cargoSuite(command.join(" "), command)),
  // Tests of several folders need it; none of them should wait for the download.
  checkSuite("the wheel of the original", [process.execPath, "scripts/upstream-python.ts"]),
  ...testFolders(root).map((folder) => bunSuite(folder, folder === "tests/e2e" ? PROCESS_TIMEOUT_MS : UNIT_TIMEOUT_MS)),
];
if (values.full) suites.push(bunSuite("tests/full", LONG_TIMEOUT_MS, 4 * LONG_TIMEOUT_MS));

const { passed, failed } = await runSuites(suites);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
