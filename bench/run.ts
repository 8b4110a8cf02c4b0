/** `bun bench/run.ts [options]`: measures, prints tables, and holds the results beside the goals. */
import { writeFileSync } from "node:fs";

import { measureCore } from "./core/run.ts";
import { measureCrossing } from "./crossing/run.ts";
import type { ExtraResult } from "./extra.ts";
import { describeGoal } from "./goals/goal.ts";
import { goalsTable } from "./goals/goals-table.ts";
import { measureGrowth } from "./growth/run.ts";
import { help } from "./help.ts";
import { measureIdle } from "./idle/run.ts";
import { load, machine } from "./machine.ts";
import { EXTRA_KINDS, parseOptions } from "./options.ts";
import type { BenchOptions, ExtraKind } from "./options.ts";
import { plot } from "./plot/plot.ts";
import { summarize, table } from "./report.ts";
import { isDisturbed } from "./rounds.ts";
import { Session } from "./session.ts";
import { measureSoak } from "./soak/run.ts";
import { measureStart } from "./start/run.ts";
import { measureValidators, validatorTable } from "./validators/run.ts";
import { measureWorkers, workersTable } from "./workers/run.ts";

const options = readOptions();
const toStandardOutput = options.json === "-";
/** Standard output holds nothing beside JSON. */
const say = (text: string): void => (toStandardOutput ? console.error(text) : console.log(text));

const before = machine();
say(
  Object.entries(before)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n"),
);

const session = new Session(options, say);
await session.measure();

const extras: Partial<Record<ExtraKind, ExtraResult>> = {};
for (const kind of EXTRA_KINDS) if (options.extras.includes(kind)) extras[kind] = await measureExtra(kind);
const samples = Object.values(extras).flatMap((each) => each.samples);
const judgements = options.gate ? await session.lookAgain(samples) : session.judge(samples);

const rows = summarize(session.rounds, options.peers);
if (rows.length > 0) say(`\n${table(rows)}`);
for (const { table: text } of Object.values(extras)) say(`\n${text}`);
const measured = judgements.filter(({ verdict }) => verdict !== "unmeasured");
if (measured.length > 0) say(`\n${goalsTable(measured)}`);
const unmeasured = judgements.length - measured.length;
if (unmeasured > 0) say(`${unmeasured} of ${judgements.length} goals were not measured in this run`);

const after = load();
const disturbed = session.rounds.filter((round) => isDisturbed(round, options.foreignLimit)).length;
say(`\nload at the end: ${after}`);
if (disturbed > 0) {
  say(
    `other programs kept more than ${options.foreignLimit} processors busy in ${disturbed} of ${session.rounds.length} rounds`,
  );
}
if (options.quick) say("a quick run is a look, not a figure");

if (options.plot !== null) {
  const look = options.quick ? "a look of one quick round; " : "";
  const caption = `${look}${before["processors"]}, Bun ${before["bun"]}, load ${before["load"]}`;
  writeFileSync(options.plot, plot(rows, caption));
}
if (options.json !== null) {
  const rest = Object.fromEntries(EXTRA_KINDS.map((kind) => [kind, extras[kind]?.rows ?? []]));
  const text = JSON.stringify(
    { machine: { ...before, loadAfter: after }, options, rows, ...rest, goals: judgements },
    null,
    2,
  );
  if (toStandardOutput) console.log(text);
  else writeFileSync(options.json, `${text}\n`);
}
if (options.gate) process.exitCode = gate();

/** The exit code of `--gate`. */
function gate(): number {
  const failed = judgements.filter(({ passes }) => !passes);
  for (const { goal, ratio } of failed) {
    const sign = goal.better === "more" ? "at least" : "at most";
    console.error(
      `FAIL ${describeGoal(goal)}: ${ratio?.median.toFixed(2)}, ${sign} ${(goal.gate ?? goal.floor).toFixed(2)} is needed`,
    );
  }
  if (measured.length === 0) {
    console.error("FAIL: no goal was measured; measure raw and stator at the usual points.");
    return 1;
  }
  say(`gate: ${measured.length - failed.length} of ${measured.length} goals hold`);
  return failed.length === 0 ? 0 : 1;
}

async function measureExtra(kind: ExtraKind): Promise<ExtraResult> {
  say(`${kind}: measuring`);
  const { rounds, duration, quick, peers } = options;
  switch (kind) {
    case "start":
      return measureStart(["stator", "wheel", ...peers.filter((peer) => !["stator", "wheel"].includes(peer))], rounds);
    case "idle":
      return measureIdle([...new Set(["stator", "moleculer-tcp", ...peers])], rounds, duration);
    case "growth":
      return measureGrowth(quick, duration, say);
    case "workers": {
      const measuredRows = await measureWorkers(rounds, duration);
      return { rows: measuredRows, table: workersTable(measuredRows), samples: [] };
    }
    case "validators": {
      const measuredRows = await measureValidators(rounds, duration.measureMs / 4);
      return { rows: measuredRows, table: validatorTable(measuredRows), samples: [] };
    }
    case "crossing":
      return measureCrossing(rounds, duration);
    case "core":
      return measureCore(quick, !toStandardOutput);
    case "soak":
      return measureSoak(quick, say);
  }
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
