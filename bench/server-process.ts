/**
 * The worker process: `bun bench/server-process.ts <peer>`.
 * Prints one line of JSON when it is ready, one more with its time of the processor since then and its peak memory after
 * its input was closed.
 */
import { cpuTime } from "./cpu-time.ts";
import { peakMemory } from "./peak-memory.ts";
import type { ServePeer } from "./peer.ts";

const [peer] = process.argv.slice(2);
const { serve } = (await import(`./peers/${peer}/server.ts`)) as { serve: ServePeer };
const server = await serve();
const before = cpuTime();
console.log(JSON.stringify({ address: server.address }));

// The end of the input also comes when the bench itself was killed: nothing is left behind.
for await (const _ of Bun.stdin.stream()) continue;
const cpu = cpuTime() - before;
const workerMemory = peakMemory();
await server.close();
console.log(JSON.stringify({ cpu, workerMemory }));
process.exit(0);
