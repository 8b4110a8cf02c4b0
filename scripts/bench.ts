/** `bun run bench [options]`: builds what is needed, then measures; see bench/options.ts. */
import { parseOptions } from "../bench/options.ts";
import { NPM_PEERS, needsPackages } from "../bench/peer-list.ts";
import { toolEnvironment } from "./lib/environment.ts";
import { root } from "./lib/paths.ts";
import { buildShipped, install, prepare } from "./lib/prepare.ts";
import { run } from "./lib/run.ts";
import { announce } from "./lib/step.ts";

const options = process.argv.slice(2);
const needs = needed();
if (needs.build || needs.packages) await (needs.build ? prepare(needs.show) : install(needs.show));
if (needs.build) await buildShipped(needs.show);
if (needs.peers) await installPeers(needs.show);
const bench = Bun.spawn([process.execPath, "bench/run.ts", ...options], {
  cwd: root,
  env: toolEnvironment(),
  stdio: ["inherit", "inherit", "inherit"],
});
process.exitCode = await bench.exited;

/** What has to be there, and where it is shown. Validators need no build. The bench itself says what is wrong with options. */
function needed(): { build: boolean; packages: boolean; peers: boolean; show: "stdout" | "stderr" } {
  try {
    const parsed = parseOptions(options);
    if (parsed !== "help") {
      const { points, extras, peers, json } = parsed;
      return {
        build: points.length > 0 || extras.some((kind) => kind !== "validators"),
        packages: true,
        // Idle processes are compared with one of them.
        peers: extras.includes("idle") || (points.length > 0 && peers.some(needsPackages)),
        // JSON is all that standard output may hold.
        show: json === "-" ? "stderr" : "stdout",
      };
    }
  } catch {
    // Below.
  }
  return { build: false, packages: false, peers: false, show: "stdout" };
}

/** The libraries that are compared with have a folder and a lockfile of their own: nobody else needs them. */
async function installPeers(show: "stdout" | "stderr"): Promise<void> {
  announce("Installing the libraries to compare with", show);
  const command = [process.execPath, "install", "--frozen-lockfile", "--cwd", NPM_PEERS];
  const { exitCode } = await run(command, { show });
  if (exitCode !== 0) throw new Error(`They could not be installed (exit code ${exitCode}); the output is above.`);
}
