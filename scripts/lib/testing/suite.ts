import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { root } from "../paths.ts";
import type { RunResult } from "../run.ts";
import { run } from "../run.ts";
import { announce, inSeconds } from "../step.ts";
import { bunCounts, cargoCounts } from "./counts.ts";
import type { Counts } from "./counts.ts";
import { bunFailures, cargoFailures, lastLines, nameOf } from "./failure-texts.ts";

/** A suite that hangs is ended after this time. The slowest compiles everything first: a third of it on a slow machine. */
const SUITE_LIMIT_MS = 40 * 60_000;

/** How a suite ended. */
export interface Outcome extends Counts {
  /** What each failure said. They are shown again at the end of a run, because a log may be cut to its end. */
  failures?: string[];
}

/** One part of `bun run test`. */
export interface Suite {
  name: string;
  run(): Promise<Outcome>;
}

/** A command that counts as one test: it passes with exit code 0. */
export function checkSuite(name: string, command: string[], holds?: (output: string) => boolean): Suite {
  return {
    name,
    async run() {
      const result = await run(command, { limitMs: SUITE_LIMIT_MS });
      const passed = result.exitCode === 0 && (holds?.(result.output) ?? true);
      return passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, failures: [lastLines(result.output)] };
    },
  };
}

/** A run of `cargo test`. */
export function cargoSuite(name: string, command: string[]): Suite {
  return {
    name,
    async run() {
      const result = await run([...command, "--no-fail-fast"], { limitMs: SUITE_LIMIT_MS });
      return honest(name, result, { ...cargoCounts(result.output), failures: cargoFailures(result.output) });
    },
  };
}

/**
 * The Bun tests under one folder of the repository. Every file that looks like a test has to have run.
 *
 * @param timeoutMs limit of a single test.
 * @param limitMs limit of the whole suite.
 */
export function bunSuite(folder: string, timeoutMs: number, limitMs = SUITE_LIMIT_MS): Suite {
  return {
    name: `bun test ${folder}`,
    async run() {
      const path = resolve(root, folder);
      const files = existsSync(path) ? testFiles(path) : [];
      if (files.length === 0) return failure(`${folder} holds no tests.`);
      const result = await run([process.execPath, "test", "--timeout", String(timeoutMs), path], { limitMs });
      const counts = bunCounts(result.output);
      if (counts === null) return failure(`bun test ${folder} gave no summary.`);
      if (counts.files !== files.length) {
        return failure(`bun test ${folder} ran ${counts.files} of ${files.length} test files.`, counts);
      }
      return honest(`bun test ${folder}`, result, { ...counts, failures: bunFailures(result.output) });
    },
  };
}

function testFiles(folder: string): string[] {
  return [...new Bun.Glob("**/*.test.ts").scanSync(folder)].filter((file) => !file.includes("node_modules"));
}

/** Runs the suites one after another, whatever fails, and says how each went. */
export async function runSuites(suites: Suite[]): Promise<Counts> {
  const total: Counts = { passed: 0, failed: 0 };
  const lines: string[] = [];
  const failures: string[] = [];
  for (const suite of suites) {
    announce(suite.name);
    const started = performance.now();
    const counts = await suite.run().catch((error: unknown): Outcome => failure(Bun.inspect(error)));
    total.passed += counts.passed;
    total.failed += counts.failed;
    failures.push(...(counts.failures ?? []).map((text) => `${suite.name}:\n${text}`));
    const seconds = inSeconds((performance.now() - started) / 1000);
    lines.push(
      `${counts.failed === 0 ? "ok  " : "FAIL"}  ${suite.name}: ${counts.passed} of ${sum(counts)} (${seconds})`,
      // The last lines are what is read of a log that was cut.
      ...(counts.failures ?? []).map((text) => `      ${nameOf(text)}`),
    );
  }
  if (failures.length > 0) {
    announce("Failures");
    console.log(failures.join("\n\n"));
  }
  announce("Summary");
  console.log(lines.join("\n"));
  return total;
}

/** A suite that failed or did nothing must not look green, whatever it counted. */
function honest(name: string, result: RunResult, outcome: Outcome): Outcome {
  if (result.exitCode !== 0 && outcome.failed === 0) {
    return failure(`${name} ended with exit code ${result.exitCode}.\n${lastLines(result.output)}`, outcome);
  }
  if (sum(outcome) === 0) return failure(`${name} ran no tests.`);
  const { passed, failed, failures = [] } = outcome;
  return failed === 0 ? { passed, failed } : { passed, failed, failures };
}

function failure(message: string, { passed, failed }: Counts = { passed: 0, failed: 0 }): Outcome {
  console.error(message);
  return { passed, failed: failed + 1, failures: [message] };
}

function sum(counts: Counts): number {
  return counts.passed + counts.failed;
}
