/**
 * The calling process: `bun bench/client-process.ts <peer> <address> <point and duration as JSON>`.
 * Prints one line of JSON with the rate, the latencies, how many calls or items there were in all, its time of the
 * processor for them, and its peak memory.
 */
import { cpuTime } from "./cpu-time.ts";
import type { Load } from "./load/load.ts";
import { measureStreams } from "./load/stream.ts";
import { measureUnary } from "./load/unary.ts";
import type { Duration, Point } from "./measure.ts";
import { peakMemory } from "./peak-memory.ts";
import type { ConnectPeer } from "./peer.ts";

const [peer, address, task] = process.argv.slice(2);
if (peer === undefined || address === undefined || task === undefined) throw new Error("Three arguments are needed.");
const { kind, concurrency, ...duration } = JSON.parse(task) as Point & Duration;
const { connect } = (await import(`./peers/${peer}/client.ts`)) as { connect: ConnectPeer };
const loads: Record<Point["kind"], Load> = { unary: measureUnary, stream: measureStreams };

const client = await connect(address);
const before = cpuTime();
const { rate, total, latency } = await loads[kind](client, concurrency, duration);
const cpu = cpuTime() - before;
// Read before the latencies are sorted, which is not the peer's memory.
const clientMemory = peakMemory();
await client.close();
const [p50, p99] = latency.percentiles(0.5, 0.99);
console.log(JSON.stringify({ rate, p50, p99, total, cpu, clientMemory }));
process.exit(0);
