import { service } from "@stator/sdk";

import { RouterContract, type RoutingDecision, type RoutingRequest } from "../generated/index.ts";
import { WorkerRouter } from "./worker-router.ts";

/** Sends prompts to the engines in turn, whatever they have in their caches: for comparison with `KvRouter`. */
@service({ contract: RouterContract })
export class RoundRobinRouter extends WorkerRouter {
  #last = -1n;

  protected override decide(request: RoutingRequest, workers: readonly bigint[], now: number): RoutingDecision {
    const free = workers.filter((workerId) => !this.isBusy(workerId)).toSorted((a, b) => (a < b ? -1 : 1));
    const chosen = free.find((workerId) => workerId > this.#last) ?? free[0] ?? 0n;
    // A question changes nothing.
    if (request.request_id !== null) this.#last = chosen;
    return this.decided(request, workers, chosen, "round_robin", now);
  }
}
