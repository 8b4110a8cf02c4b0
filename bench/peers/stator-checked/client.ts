import { depends, onStart, serve, service } from "@stator/sdk";
import type { ConnectPeer } from "../../peer.ts";
import { WorkerContract } from "./generated/index.ts";

/** Calls the worker through `depends()` of its contract: generated validators read each answer. */
@service({ namespace: "bench" })
class Caller {
  worker = depends(WorkerContract, { minInstances: 1, waitMs: 10_000 });

  @onStart
  started(): void {
    found = this.worker;
  }
}

let found: Caller["worker"] | null = null;

export const connect: ConnectPeer = async () => {
  const serving = await serve(Caller, { signals: false });
  const worker = found;
  if (worker === null) throw new Error("The caller has not started.");
  return {
    call: (request) => worker.call(request),
    stream: (request) => worker.stream(request),
    batches: (request) => worker.stream(request).batches(),
    close: () => serving.stop(),
  };
};
