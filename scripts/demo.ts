/**
 * `bun run demo`: builds, starts the hello-world graph in three processes, streams a text file through it word by
 * word, stops everything. Exit code 0 only if every word came back in order and every process ended.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startHelloWorld } from "./lib/hello-world.ts";
import { root } from "./lib/paths.ts";
import { prepare } from "./lib/prepare.ts";
import { stopOnSignals } from "./lib/running-graph.ts";
import { announce, inSeconds } from "./lib/step.ts";
import { streamWords } from "./lib/stream-words.ts";

const FILE = "apps/examples/hello-world/words.txt";

await prepare();
const text = readFileSync(join(root, FILE), "utf8");
const words = text.split(/\s+/).filter((word) => word !== "");

announce("Starting Frontend, Middle and Backend, each in a process of its own");
const graph = await startHelloWorld(0, (line) => console.log(`    ${line}`));
stopOnSignals(graph);
let exitCode: number;
try {
  announce(`Posting ${FILE} (${words.length} words) to ${graph.url}/generate`);
  await show();
} finally {
  announce("Stopping");
  exitCode = await graph.stop();
}
if (exitCode !== 0) throw new Error(`The graph ended with exit code ${exitCode}.`);
console.log("all processes ended");

async function show(): Promise<void> {
  const started = performance.now();
  let count = 0;
  for await (const word of streamWords(graph.url, text)) {
    const way = word.servedBy.map((hop) => `${hop.service} ${hop.instance.toString(16).padStart(16, "0")}`);
    console.log(`${String(word.index).padStart(4)}  ${word.text.padEnd(12)} ${way.join(" > ")}`);
    if (word.index !== count || word.text !== words[count]) {
      throw new Error(`Word ${count} should be "${words[count]}", but "${word.text}" came as word ${word.index}.`);
    }
    count++;
  }
  if (count !== words.length) throw new Error(`${words.length} words went out and ${count} came back.`);
  console.log(`${count} words in order, in ${inSeconds((performance.now() - started) / 1000)}`);
}
