/**
 * `bun bench/run.ts [options]`: measures every point with every peer, round by round, and prints the medians.
 *
 * The peers take turns at each point, so that a slow minute of the machine meets all of them.
 */
import type { Measurement } from "./measure.ts";
import { help, parseOptions } from "./options.ts";
import type { BenchOptions } from "./options.ts";
import { describePoint, machine, median, table } from "./report.ts";
import type { Row } from "./report.ts";
import { runPoint } from "./run-point.ts";
import { measureValidators, validatorTable } from "./validators/run.ts";
import { measureWorkers, workersTable } from "./workers/run.ts";

const options = readOptions();
const before = machine();
if (!options.json)
  console.log(
    Object.entries(before)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n"),
  );

const measured = new Map<string, Measurement[]>();
for (let round = 0; round < options.rounds; round++) {
  for (const point of options.points) {
    // Who goes first changes from round to round.
    const peers = round % 2 === 0 ? options.peers : options.peers.toReversed();
    for (const peer of peers) {
      const result = await runPoint(peer, point, options.duration);
      const key = `${peer}: ${describePoint(point)}`;
      measured.set(key, [...(measured.get(key) ?? []), result]);
      if (!options.json) console.log(`round ${round + 1}, ${key}: ${Math.round(result.rate)}/s`);
    }
  }
}

const rows = summarize(options);
if (!options.json && rows.length > 0) console.log(`\n${table(rows)}`);
const validators = options.validators ? await measureValidators(options.rounds, options.duration.measureMs / 4) : [];
if (!options.json && options.validators) console.log(`\n${validatorTable(validators)}`);
const workers = options.workers ? await measureWorkers(options.rounds, options.duration) : [];
if (!options.json && options.workers) console.log(`\n${workersTable(workers)}`);
console.log(
  options.json
    ? JSON.stringify({ machine: before, options, rows, validators, workers }, null, 2)
    : `load at the end: ${machine()["load"]}`,
);

function summarize({ peers, points }: BenchOptions): Row[] {
  return points.flatMap((point) => {
    const medians = peers.map((peer) => median(measured.get(`${peer}: ${describePoint(point)}`) ?? []));
    const baseline = medians[0]?.rate ?? Number.NaN;
    return medians.map((values, i) => ({ point, peer: peers[i] ?? "", ratio: values.rate / baseline, ...values }));
  });
}

function readOptions(): BenchOptions {
  try {
    const parsed = parseOptions(process.argv.slice(2));
    if (parsed !== "help") return parsed;
    console.log(help);
    process.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}
