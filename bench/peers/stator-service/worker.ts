import { endpoint, service } from "@stator/sdk";
import type { Echo, StreamRequest, TokenItem } from "../../messages.ts";
import { token } from "../../messages.ts";

/** The worker as a service, without schemas. */
@service({ namespace: "bench" })
export class Worker {
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
