import type { PlayedFaults } from "@stator/runtime-native/testing";

import { invalidArgument } from "../definition/invalid-argument.ts";

/** Rounds without traffic after which nothing moves any more. */
const QUIET = 2;
const MOST_ROUNDS = 20_000;

/**
 * Resolves when nothing moves between the runtimes: what was sent has arrived, and what follows from it has been sent.
 *
 * Each round asks every core whether it has come to what was under way, one after another; messages travel in order, so a
 * round without traffic means that there is none. What services wait for outside of the cluster is not waited for.
 */
export async function settled(
  runtimes: () => readonly PlayedFaults[],
  mostRounds: number = MOST_ROUNDS,
): Promise<void> {
  let before = Number.NaN;
  let quiet = 0;
  for (let round = 0; quiet < QUIET; round++) {
    if (round >= mostRounds) throw invalidArgument("The cluster does not come to rest: its services keep sending.");
    const live = runtimes();
    for (const each of live) await each.passed();
    await new Promise((resolve) => setImmediate(resolve));
    const traffic = live.reduce((sum, each) => sum + each.traffic, 0);
    // Each answer to the question is one event itself.
    quiet = traffic - before === live.length ? quiet + 1 : 0;
    before = traffic;
  }
}
