import { endpoint, service } from "@stator/sdk";
import type { Echo, StreamRequest, TokenItem } from "../../messages.ts";
import { tokens } from "../../messages.ts";

/** The worker as a service, without schemas. */
@service({ namespace: "bench" })
export class Worker {
  @endpoint()
  async call(request: Echo): Promise<Echo> {
    return request;
  }

  @endpoint()
  async *stream(request: StreamRequest): AsyncGenerator<TokenItem> {
    yield* tokens(request);
  }
}
