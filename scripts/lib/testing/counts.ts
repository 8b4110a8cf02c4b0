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

/** Reads the summary of `bun test`; `files` is how many test files it ran. Null when there is no summary. */
export function bunCounts(output: string): (Counts & { files: number }) | null {
  const files = last(output, /^Ran \d+ tests? across (\d+) files?\./gm);
  if (files === null) return null;
  const errors = last(output, /^ *(\d+) errors?$/gm) ?? 0;
  return {
    passed: last(output, /^ *(\d+) pass$/gm) ?? 0,
    failed: (last(output, /^ *(\d+) fail$/gm) ?? 0) + errors,
    files,
  };
}

function last(text: string, pattern: RegExp): number | null {
  const match = [...text.matchAll(pattern)].at(-1)?.[1];
  return match === undefined ? null : Number(match);
}
