import { service } from "@stator/sdk";

import { RouterContract, type RoutingDecision, type RoutingRequest } from "../generated/index.ts";
import { WorkerRouter } from "./worker-router.ts";

/** Sends prompts to any engine, whatever it has in its cache: for comparison with `KvRouter`. */
@service({ contract: RouterContract })
export class RandomRouter extends WorkerRouter {
  protected override decide(request: RoutingRequest, workers: readonly bigint[], now: number): RoutingDecision {
    const free = workers.filter((workerId) => !this.isBusy(workerId));
    const chosen = free[Math.floor(Math.random() * free.length)] ?? 0n;
    return this.decided(request, workers, chosen, "random", now);
  }
}
