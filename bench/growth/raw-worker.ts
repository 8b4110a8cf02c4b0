/**
 * `bun bench/growth/raw-worker.ts <count>`: so many listeners of raw sockets. Prints their addresses as JSON; ends when its
 * input is closed.
 */
import { serve } from "../peers/raw/server.ts";

const listeners = await Promise.all(Array.from({ length: Number(process.argv[2]) }, () => serve()));
console.log(JSON.stringify(listeners.map(({ address }) => address)));
for await (const _ of Bun.stdin.stream()) continue;
process.exit(0);
