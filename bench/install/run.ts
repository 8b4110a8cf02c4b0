/** `bun run bench:install`: what an install comes to, and how long it takes to the first answer. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { announce } from "../../scripts/lib/step.ts";
import { coldStarts } from "./cold-starts.ts";
import { installAll } from "./install-all.ts";

const HELP = `Prints in one run what a fresh install comes to, and the time from import to the first answered call, in one process
and between two: @stator/sdk as it would be published, beside ai-dynamo-runtime, @grpc/grpc-js and moleculer.

Usage: bun run bench:install [options]

Each is installed into an empty folder. Runs take turns; the table has medians.

Options:
  --runs <number>  of each (default 10)
  --help           shows this text`;

const { values } = parseArgs({
  options: { runs: { type: "string", default: "10" }, help: { type: "boolean", default: false } },
});
const runs = Number(values.runs);
if (values.help || !Number.isInteger(runs) || runs < 1) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}
const folder = mkdtempSync(join(tmpdir(), "stator-install-"));
try {
  announce("Installing", "stderr");
  const subjects = await installAll(folder);
  announce("Measuring", "stderr");
  const times = await coldStarts(subjects, runs);
  console.log("| package | runs on | installed | packages | in one process | between two |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const [index, { name, engine, bytes, packages }] of subjects.entries()) {
    const { here, call } = times[index] ?? { here: [], call: [] };
    const cells = [`\`${name}\``, engine, `${(bytes / 1e6).toFixed(1)} MB`, packages, median(here), median(call)];
    console.log(`| ${cells.join(" | ")} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

function median(samples: readonly number[]): string {
  const sorted = samples.toSorted((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined ? "-" : `${middle.toFixed(0)} ms`;
}
