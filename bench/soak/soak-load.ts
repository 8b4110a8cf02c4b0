import { ITEMS } from "../load/stream.ts";
import { checkEcho, checkToken, echo } from "../messages.ts";
import { residentMemory } from "../peak-memory.ts";
import type { PeerClient } from "../peer.ts";
import type { SoakProgress, SoakTask } from "./soak.ts";

/** Calls or streams that are open at the same time. */
const OPEN = { unary: 64, stream: 16 } as const;

/** Makes the calls or reads the items; gives the state after each part. Ends early when the time is up. */
export async function* soak(
  client: PeerClient,
  { of, amount, parts, limitMs }: SoakTask,
): AsyncGenerator<SoakProgress> {
  const until = performance.now() + limitMs;
  let seq = 0;
  let done = 0;

  async function one(): Promise<number> {
    if (of === "unary") {
      const request = echo(++seq);
      checkEcho(request, await client.call(request));
      return 1;
    }
    let index = 0;
    for await (const item of client.stream({ items: ITEMS })) checkToken(item, index++);
    if (index !== ITEMS) throw new Error(`a stream of ${ITEMS} items ended after ${index}`);
    return index;
  }

  for (let part = 1; part <= parts && performance.now() < until; part++) {
    const end = (amount * part) / parts;
    const workers = Array.from({ length: OPEN[of] }, async () => {
      while (done < end && performance.now() < until) {
        // Not in one expression with the sum: that would have been read before the wait, without what others did meanwhile.
        const came = await one();
        done += came;
      }
    });
    await Promise.all(workers);
    yield { done, resident: residentMemory() };
  }
}
