/**
 * The worker process: `bun bench/server-process.ts <folder of the peer>`.
 * Prints one line of JSON when it is ready, with its own process and those that it needs, one more with its time of the processor since then and its peak memory after
 * its input was closed.
 */
import { cpuTime } from "./cpu-time.ts";
import { peakMemory } from "./peak-memory.ts";
import type { ServePeer } from "./peer.ts";

const [folder] = process.argv.slice(2);
const { serve } = (await import(`${folder}/server.ts`)) as { serve: ServePeer };
const server = await serve();
const others = server.processes ?? [];
const spent = (): number => others.reduce((sum, pid) => sum + cpuTime(pid), cpuTime());
const before = spent();
console.log(JSON.stringify({ address: server.address, processes: [process.pid, ...others] }));

// The end of the input also comes when the bench itself was killed: nothing is left behind.
for await (const _ of Bun.stdin.stream()) continue;
const cpu = spent() - before;
const workerMemory = others.reduce((sum, pid) => sum + peakMemory(pid), peakMemory());
await server.close();
console.log(JSON.stringify({ cpu, workerMemory }));
process.exit(0);
