/** A failure is shown with this many lines of what was printed before or below it. */
const LINES_OF_ONE = 40;
/** A run whose every test fails is cut here: the whole output stands above. */
const MOST_FAILURES = 20;

/** What `cargo test` says of each failed test: the name, and what it printed. */
export function cargoFailures(output: string): string[] {
  const texts = [...output.matchAll(/^---- .+ stdout ----\n(?:(?!---- |failures:$|test result:).*\n)*/gm)];
  return shortened(texts.map(([text]) => first(text)));
}

/** What `bun test` says of each failed test: the error that stands before its `(fail)` line, and the line. */
export function bunFailures(output: string): string[] {
  const texts: string[] = [];
  let since: string[] = [];
  for (const line of output.split("\n")) {
    // A long run ends with its failures once more.
    if (/^\d+ tests failed:$/.test(line)) break;
    const verdict = /^\((\w+)\) /.exec(line)?.[1];
    if (verdict === undefined) since.push(line);
    else {
      if (verdict === "fail") texts.push([...since.slice(1 - LINES_OF_ONE), line].join("\n").trim());
      since = [];
    }
  }
  return shortened(texts);
}

/** The end of what a command printed. */
export function lastLines(output: string): string {
  return output.trimEnd().split("\n").slice(-LINES_OF_ONE).join("\n");
}

/** One line that names a failure: the test, or else the last thing that was said. */
export function nameOf(failure: string): string {
  const lines = failure.split("\n");
  return (lines[0]?.startsWith("---- ") ? lines[0] : lines.at(-1)) ?? "";
}

function first(text: string): string {
  return text.trimEnd().split("\n").slice(0, LINES_OF_ONE).join("\n");
}

function shortened(texts: string[]): string[] {
  const left = texts.length - MOST_FAILURES;
  return left <= 0 ? texts : [...texts.slice(0, MOST_FAILURES), `and ${left} more: see the output of the suite`];
}
