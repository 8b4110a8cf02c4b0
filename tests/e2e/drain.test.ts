import { expect, test } from "bun:test";

import { drainUnderLoad } from "../support/held-streams.ts";

const STREAMS = 300;

// Defect j of the original: SIGTERM cut streams off.
test.each(["graph", "workers"] as const)(
  `SIGTERM to the %s with ${STREAMS} streams open over three services: all of them end whole`,
  async (who) => {
    const { whole, failures, late, backend, code, figures } = await drainUnderLoad(STREAMS, who, 60_000);
    expect(failures).toEqual([]);
    expect(whole).toBe(STREAMS);
    expect(backend).toBe(`streams: ${STREAMS} whole, 0 cut`);
    if (who === "graph") expect(late).toMatchObject({ code: expect.stringMatching(/^(no_instances|shutting_down)$/) });
    expect(code).toBe(0);
    // Streams between two processes share a connection.
    expect(figures.descriptors).toBeLessThan(100);
  },
);
