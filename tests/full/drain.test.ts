import { expect, test } from "bun:test";

import { drainUnderLoad } from "../support/held-streams.ts";

const STREAMS = 10_000;
const LIMIT_MS = 600_000;
const MIB = 1024 * 1024;

test.each(["graph", "workers"] as const)(
  `SIGTERM to the %s with ${STREAMS} streams open over three services: all of them end whole`,
  async (who) => {
    const drained = await drainUnderLoad(STREAMS, who, LIMIT_MS);
    const { openSeconds, drainSeconds, items, resident, descriptors } = drained.figures;
    const memory = Object.entries(resident).map(([name, bytes]) => `${name} ${Math.round(bytes / MIB)} MiB`);
    process.stdout.write(
      `SIGTERM to the ${who}: ${drained.whole} of ${STREAMS} streams whole, ${items} items; open after ` +
        `${openSeconds.toFixed(1)} s, drained in ${drainSeconds.toFixed(1)} s; ${memory.join(", ")}; ${descriptors} descriptors\n`,
    );
    expect(drained.failures).toEqual([]);
    expect(drained.whole).toBe(STREAMS);
    expect(drained.backend).toBe(`streams: ${STREAMS} whole, 0 cut`);
    expect(drained.code).toBe(0);
    expect(descriptors).toBeLessThan(100);
    for (const bytes of Object.values(resident)) expect(bytes).toBeLessThan(1024 * MIB);
  },
  LIMIT_MS * 2,
);
