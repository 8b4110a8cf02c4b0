/** `bun run llm:bench [options]`: what routing by cached blocks brings, and what the graph costs. */
import { writeFileSync } from "node:fs";

import { HELP, readOptions } from "./bench-options.ts";
import { figuresTable } from "./figures-table.ts";
import { measureOverhead, overheadTable } from "./overhead.ts";
import { plot } from "./plot.ts";
import { figuresOf } from "./round-figures.ts";
import { playRounds } from "./routing-rounds.ts";

const options = optionsOrEnd();
const say = (line: string): void => console.error(line);

const rounds = await playRounds(options, say);
const figures = new Map([...rounds].map(([name, played]) => [name, figuresOf(played)]));
if (options.plot !== null) {
  const { engines, speedup, trace } = options;
  const title = `${trace.sessions} conversations a round, ${options.rounds} rounds, ${engines} mock engines, speed-up ${speedup}`;
  const routers = [...rounds].map(([name, played]) => ({ name, samples: played.flat(), figures: figuresOf(played) }));
  writeFileSync(options.plot, plot(title, routers));
}
const overhead = options.overhead ? await measureOverhead(options.httpRequests, say) : null;
if (options.json) {
  console.log(JSON.stringify({ options, routers: Object.fromEntries(figures), overhead }, null, 2));
} else {
  console.log(figuresTable(figures));
  if (overhead !== null) console.log(`\n${overheadTable(overhead)}`);
}
if (options.plot !== null) say(`The plot is in ${options.plot}.`);

function optionsOrEnd() {
  try {
    const read = readOptions(process.argv.slice(2));
    if (read !== null) return read;
    console.log(HELP);
    return process.exit(0);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return process.exit(2);
  }
}
