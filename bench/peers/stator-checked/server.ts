import { endpoint, serve as serveService, service } from "@stator/sdk";
import { token } from "../../messages.ts";
import type { ServePeer } from "../../peer.ts";
import type { Echo, StreamRequest, TokenItem, WorkerService } from "./generated/index.ts";
import { WorkerContract } from "./generated/index.ts";

/** The worker behind a contract: generated validators read each request and each item. */
@service({ contract: WorkerContract })
class Worker implements WorkerService {
  @endpoint()
  async call(request: Echo): Promise<Echo> {
    return request;
  }

  @endpoint()
  async *stream(request: StreamRequest): AsyncGenerator<TokenItem> {
    // The loop of `tokens()` itself: a generator inside of a generator would be measured too, and no other peer has one.
    for (let index = 0; index < request.items; index++) yield token(index);
  }
}

export const serve: ServePeer = async () => {
  const serving = await serveService(Worker, { signals: false });
  return { address: "found through discovery", close: () => serving.stop() };
};
