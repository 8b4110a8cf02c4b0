/** `bun run bench [options]`: builds what is needed, then measures; see bench/options.ts. */
import { parseOptions } from "../bench/options.ts";
import { toolEnvironment } from "./lib/environment.ts";
import { root } from "./lib/paths.ts";
import { install, prepare } from "./lib/prepare.ts";

const options = process.argv.slice(2);
// JSON is all that standard output may hold.
const show = options.includes("--json") ? "stderr" : "stdout";
const needs = needed();
if (needs !== "nothing") await (needs === "build" ? prepare(show) : install(show));
const bench = Bun.spawn([process.execPath, "bench/run.ts", ...options], {
  cwd: root,
  env: toolEnvironment(),
  stdio: ["inherit", "inherit", "inherit"],
});
process.exitCode = await bench.exited;

/** Validators need no build. The bench itself says what is wrong with options. */
function needed(): "nothing" | "packages" | "build" {
  try {
    const parsed = parseOptions(options);
    if (parsed === "help") return "nothing";
    return parsed.points.length > 0 || parsed.workers ? "build" : "packages";
  } catch {
    return "nothing";
  }
}
