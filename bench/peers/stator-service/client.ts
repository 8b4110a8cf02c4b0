import { depends, onStart, serve, service } from "@stator/sdk";
import type { ConnectPeer } from "../../peer.ts";
import { Worker } from "./worker.ts";

/** Calls the worker through `depends()`, as services do. */
@service({ namespace: "bench" })
class Caller {
  worker = depends(Worker, { minInstances: 1, waitMs: 10_000 });

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
