/** `bun run bench [options]`: builds what is needed, then measures; see bench/options.ts. */
import { toolEnvironment } from "./lib/environment.ts";
import { root } from "./lib/paths.ts";
import { prepare } from "./lib/prepare.ts";

const options = process.argv.slice(2);
// The help needs no build; JSON is all that standard output may hold.
if (!options.includes("--help")) await prepare(options.includes("--json") ? "stderr" : "stdout");
const bench = Bun.spawn([process.execPath, "bench/run.ts", ...options], {
  cwd: root,
  env: toolEnvironment(),
  stdio: ["inherit", "inherit", "inherit"],
});
process.exitCode = await bench.exited;
