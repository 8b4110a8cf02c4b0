import { join } from "node:path";

import type { Sample } from "./bench-driver.ts";
import type { BenchOptions, RouterName } from "./bench-options.ts";
import { RunningGraph } from "./running-graph.ts";

const GRAPHS = join(import.meta.dir, "bench-graphs.ts");
const GRAPH_OF: Readonly<Record<RouterName, string>> = { kv: "kv", "round-robin": "roundRobin", random: "random" };
/** Longest time of a round, in milliseconds. */
const ROUND_MS = 600_000;

/** The requests of each router, by rounds. */
export type Rounds = ReadonlyMap<RouterName, readonly (readonly Sample[])[]>;

/** Plays the rounds: the routers take turns, each with engines that have just started. `say` hears how far it is. */
export async function playRounds(options: BenchOptions, say: (line: string) => void): Promise<Rounds> {
  const rounds = new Map<RouterName, Sample[][]>(options.routers.map((name) => [name, []]));
  for (let round = 0; round < options.rounds; round++) {
    // Who is first changes, so that what the machine does meanwhile meets both.
    const order = round % 2 === 0 ? options.routers : options.routers.toReversed();
    for (const name of order) {
      say(`round ${round + 1} of ${options.rounds}: ${name}`);
      rounds.get(name)?.push(await playRound(name, options, options.trace.seed + round));
    }
  }
  return rounds;
}

async function playRound(name: RouterName, options: BenchOptions, seed: number): Promise<Sample[]> {
  await using graph = await RunningGraph.start(`${GRAPHS}#${GRAPH_OF[name]}`, [
    `--MockEngine.workers=${options.engines}`,
    `--MockEngine.blocks=${options.blocks}`,
    `--MockEngine.speedup=${options.speedup}`,
    `--MockEngine.prefillMsPerToken=${options.prefillMs}`,
  ]);
  await using client = await graph.runtime.endpoint("bench.bench-driver.replay").client<object, Sample>();
  await client.waitForInstances({ timeoutMs: 10_000 });
  return await Array.fromAsync(client.generate({ ...options.trace, seed }, { timeoutMs: ROUND_MS }));
}
