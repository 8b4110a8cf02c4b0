/** `bun run upstream-python <script.py>`: runs a Python program with the published wheel of the original. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./lib/paths.ts";
import { loopback } from "./lib/upstream/loopback.ts";
import { UPSTREAM_VERSION, upstreamWheel } from "./lib/upstream/upstream-wheel.ts";

const HELP = `Runs a Python program with ai-dynamo-runtime, the published wheel of the original.

Usage: bun run upstream-python [options] [<script.py> [<argument>...]]

The wheel is installed below .stator/upstream when it is not there, for the Python 3.11 or newer of this machine.
Programs find each other through files in .stator/upstream/discovery and listen on loopback only, unless variables
(DYN_*) say otherwise. Without a script the wheel is installed and described.

Options:
  --version <version>  version of the wheel (default ${UPSTREAM_VERSION})
  --help               shows this text`;

const argv = process.argv.slice(2);
// What follows the script is for the script.
const at = argv.findIndex((argument, index) => !argument.startsWith("-") && argv[index - 1] !== "--version");
const [own, program] = at === -1 ? [argv, []] : [argv.slice(0, at), argv.slice(at)];

let options: { version: string; help: boolean };
try {
  const { values } = parseArgs({
    args: own,
    options: {
      version: { type: "string", default: UPSTREAM_VERSION },
      help: { type: "boolean", default: false },
    },
  });
  options = values;
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exit(2);
}

if (options.help) console.log(HELP);
else await runProgram(options.version);

async function runProgram(version: string): Promise<void> {
  const wheel = await upstreamWheel(version).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });
  if (program.length === 0) {
    console.log(`ai-dynamo-runtime ${wheel.version} for Python ${wheel.pythonVersion} (${wheel.python})`);
    console.log(wheel.folder);
    return;
  }
  const settings = { ...loopback(version, join(root, ".stator", "upstream", "discovery")), DYN_LOG: "error" };
  const child = Bun.spawn([wheel.python, ...program], {
    env: { ...settings, ...process.env, ...wheel.environment },
    stdio: ["inherit", "inherit", "inherit"],
  });
  // Ctrl-C reaches the program by itself; this process only waits for its end.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.exitCode = await child.exited;
}
