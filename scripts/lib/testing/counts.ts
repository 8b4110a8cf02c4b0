/** How many tests passed and failed. */
export interface Counts {
  passed: number;
  failed: number;
}

/** Sums the `test result:` lines of `cargo test`. */
export function cargoCounts(output: string): Counts {
  const counts: Counts = { passed: 0, failed: 0 };
  for (const [, passed, failed] of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm)) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
  }
  return counts;
}

/** Reads the last summary of `bun test`; `files` is how many test files it ran. Null when there is none. */
export function bunCounts(output: string): (Counts & { files: number }) | null {
  const summary = [...output.matchAll(/^((?: *\d+ .*\n)+)Ran \d+ tests? across (\d+) files?\./gm)].at(-1);
  if (summary === undefined) return null;
  const [, lines = "", files] = summary;
  const count = (what: string): number => Number(new RegExp(`^ *(\\d+) ${what}$`, "m").exec(lines)?.[1] ?? 0);
  // An error between tests belongs to none of them.
  return { passed: count("pass"), failed: count("fail") + count("errors?"), files: Number(files) };
}
