/** `bun run fuzz`: gives everything that reads bytes of others inputs that nobody thought of. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cargoFuzz, FUZZ_FOLDER } from "./lib/fuzz/cargo-fuzz.ts";
import { root } from "./lib/paths.ts";
import { announce } from "./lib/step.ts";

const CRATE = join(root, "packages/runtime-native/crates/stator-runtime");
const RUNS = 10_000_000;
/** Longer inputs find nothing more, but take longer. */
const MAX_LENGTH = 4096;
/** An input that takes this long hangs. */
const TIMEOUT_SECONDS = 10;

const targets = [...new Bun.Glob("*.rs").scanSync(join(CRATE, "fuzz/targets"))]
  .map((file) => file.slice(0, -3))
  .toSorted();

const HELP = `Fuzzes the decoders of stator-runtime with cargo-fuzz and a nightly compiler.

Usage: bun run fuzz [TARGET...] [--runs N] [--sanitizer address]

  TARGET         Which ones; default all: ${targets.join(", ")}.
  --runs N       Inputs for each. Default ${RUNS}.
  --sanitizer S  none or address. Default none: without unsafe code it finds nothing more, and takes twice as long.
  -h, --help     Show this.

The first run compiles for minutes. What is built and found stays below .stator/fuzz: inputs that reach something new in
corpus/TARGET, those that end a target as crash-TARGET-*. To see one of those again:

  .stator/fuzz/target/HOST/release/TARGET .stator/fuzz/crash-TARGET-...

A run begins with the inputs of fuzz/seeds and of earlier runs. Lint and cargo test know nothing of it.`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        runs: { type: "string", default: String(RUNS) },
        sanitizer: { type: "string", default: "none" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const runs = Number(values.runs);
    if (!Number.isSafeInteger(runs) || runs < 1)
      throw new TypeError(`--runs takes a number of inputs, not ${values.runs}.`);
    const unknown = positionals.filter((name) => !targets.includes(name));
    if (unknown.length > 0) throw new TypeError(`There is no target ${unknown.join(", ")}.`);
    if (!["none", "address"].includes(values.sanitizer)) throw new TypeError("--sanitizer takes none or address.");
    return await fuzz(positionals.length > 0 ? positionals : targets, runs, values.sanitizer);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const usage = error instanceof TypeError;
    console.error(usage ? `${error.message}\n\n${HELP}` : error.message);
    return usage ? 2 : 1;
  }
}

/** Runs the targets one after another, whatever one finds; gives the exit code. */
async function fuzz(names: readonly string[], runs: number, sanitizer: string): Promise<number> {
  const command = await cargoFuzz();
  const build = ["--fuzz-dir", "fuzz", "--sanitizer", sanitizer, "--target-dir", join(FUZZ_FOLDER, "target")];
  announce("Building the targets");
  for (const name of names) {
    if ((await show([...command, "build", ...build, name])) !== 0) return 1;
  }
  const lines: string[] = [];
  for (const name of names) {
    announce(`${name}: ${runs} inputs`);
    const corpus = join(FUZZ_FOLDER, "corpus", name);
    mkdirSync(corpus, { recursive: true });
    const options = [
      `-runs=${runs}`,
      `-max_len=${MAX_LENGTH}`,
      `-timeout=${TIMEOUT_SECONDS}`,
      `-artifact_prefix=${join(FUZZ_FOLDER, `crash-${name}-`)}`,
      "-print_final_stats=1",
    ];
    const started = performance.now();
    const code = await show([...command, "run", ...build, name, corpus, join("fuzz/seeds", name), "--", ...options]);
    const seconds = Math.round((performance.now() - started) / 1000);
    lines.push(
      `${code === 0 ? "ok  " : "FAIL"}  ${name}: ${code === 0 ? `${runs} inputs in ${seconds} s` : "see above"}`,
    );
  }
  announce("Summary");
  console.log(lines.join("\n"));
  return lines.every((line) => line.startsWith("ok")) ? 0 : 1;
}

async function show(command: string[]): Promise<number> {
  return await Bun.spawn(command, { cwd: CRATE, stdio: ["ignore", "inherit", "inherit"] }).exited;
}
