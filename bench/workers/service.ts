/** What the workers of the bench do: `stator serve bench/workers/service.ts#Worker`. */
import { endpoint, service } from "@stator/sdk";

import type { Echo } from "../messages.ts";

/** Turns of a loop that keeps a processor busy for about a millisecond. */
const TURNS = 500_000;

@service({ namespace: "bench" })
export class Worker {
  /** Gives the request back at once. */
  @endpoint()
  async small(request: Echo): Promise<Echo> {
    return request;
  }

  /** Computes before it does. */
  @endpoint()
  async busy(request: Echo): Promise<Echo> {
    let hash = request.seq;
    for (let turn = 0; turn < TURNS; turn++) hash = Math.imul(hash ^ turn, 16_777_619);
    // The result is used, so that nothing may leave the loop out.
    return { ...request, seq: hash === 0.5 ? 0 : request.seq };
  }

  /** Processor time of this process so far, in seconds. */
  @endpoint()
  async processorSeconds(_request: null): Promise<number> {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
}
