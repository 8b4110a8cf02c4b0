/** `bun run llm:bench [options]`: builds what is needed, then measures; see apps/examples/llm/bench/bench-options.ts. */
import { toolEnvironment } from "./lib/environment.ts";
import { root } from "./lib/paths.ts";
import { prepare } from "./lib/prepare.ts";

const options = process.argv.slice(2);
// JSON is all that standard output may hold.
if (!options.includes("--help")) await prepare(options.includes("--json") ? "stderr" : "stdout");
const bench = Bun.spawn([process.execPath, "apps/examples/llm/bench/llm-bench.ts", ...options], {
  cwd: root,
  env: toolEnvironment(),
  stdio: ["inherit", "inherit", "inherit"],
});
process.exitCode = await bench.exited;
