import type { Bridge } from "../crossing/bridge.ts";
import { OPERATION } from "../crossing/operation.ts";
import { encodePayload } from "../crossing/payload.ts";
import { StatorError } from "../stator-error.ts";
import type { ResponseStream } from "./response-stream.ts";

/** Sends a stream of requests as fast as its credit allows. The source is ended when the call is. */
export async function sendRequests<Req>(
  bridge: Bridge,
  number: number,
  response: ResponseStream<unknown>,
  requests: AsyncIterable<Req>,
): Promise<void> {
  const { outbox, turn } = bridge;
  try {
    for await (const request of requests) {
      if (!response.isOpen) return;
      outbox.push(OPERATION.callSend, number, encodePayload(request));
      if (outbox.isFull) {
        outbox.flush();
        if (turn.isLong) await turn.next();
      }
      if (response.blockedUntil !== null) await response.blockedUntil;
      if (!response.isOpen) return;
    }
    outbox.push(OPERATION.callFinish, number, null);
  } catch (thrown) {
    const error =
      thrown instanceof StatorError
        ? thrown
        : new StatorError("cancelled", "the stream of requests failed", { cause: thrown });
    response.cancelFor(error);
  }
}
