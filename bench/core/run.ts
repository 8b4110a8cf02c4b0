import { readFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "../../scripts/lib/paths.ts";
import type { ExtraResult } from "../extra.ts";
import { markdownTable } from "../markdown-table.ts";

const MANIFEST = "packages/runtime-native/crates/stator-runtime/benchmarks/Cargo.toml";
const TARGET = join(root, ".stator", "bench", "target");

/** Criterion's own times for a benchmark: it decides how many runs fit. */
const QUICK = ["--warm-up-time", "0.2", "--measurement-time", "0.5"];
const FULL = ["--warm-up-time", "1", "--measurement-time", "3"];

/** Nanoseconds, with the bounds in which criterion is sure of them to 95%. */
interface CoreRow {
  readonly benchmark: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What criterion writes for each benchmark. */
interface Estimates {
  readonly median: {
    readonly point_estimate: number;
    readonly confidence_interval: { readonly lower_bound: number; readonly upper_bound: number };
  };
}

/** Runs the benchmarks of the core in Rust. The first time compiles the core, which takes minutes. */
export async function measureCore(quick: boolean, toStandardOutput: boolean): Promise<ExtraResult> {
  const started = Date.now();
  const cargo = Bun.spawn(
    ["cargo", "bench", "--locked", "--manifest-path", MANIFEST, "--", ...(quick ? QUICK : FULL)],
    {
      // The settings of Cargo at the root apply there only.
      cwd: root,
      env: { ...process.env, CARGO_TARGET_DIR: TARGET, CRITERION_HOME: join(TARGET, "criterion") },
      stdio: ["ignore", toStandardOutput ? "inherit" : "ignore", "inherit"],
    },
  );
  if ((await cargo.exited) !== 0) throw new Error("The benchmarks of the core failed; the output is above.");
  const rows = readRows(join(TARGET, "criterion"), started);
  return {
    rows,
    samples: [],
    table: markdownTable(
      ["core in Rust", "nanoseconds", "low", "high"],
      rows.map(({ benchmark, median, low, high }) => [benchmark, ...[median, low, high].map(short)]),
      1,
    ),
  };
}

/** What criterion has written since then: results of benchmarks that are gone stay where they are. */
function readRows(folder: string, since: number): CoreRow[] {
  const files = [...new Bun.Glob("*/*/new/estimates.json").scanSync(folder)].toSorted();
  return files
    .filter((file) => Bun.file(join(folder, file)).lastModified >= since)
    .map((file) => {
      const { full_id: benchmark } = readJson(join(folder, file, "..", "benchmark.json")) as { full_id: string };
      const { point_estimate: median, confidence_interval: bounds } = (readJson(join(folder, file)) as Estimates)
        .median;
      return { benchmark, median, low: bounds.lower_bound, high: bounds.upper_bound };
    });
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

function short(value: number): string {
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US");
}
