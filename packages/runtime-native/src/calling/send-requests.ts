import { AsyncLocalStorage } from "node:async_hooks";
import type { Bridge } from "../crossing/bridge.ts";
import { OPERATION } from "../crossing/operation.ts";
import { encodePayload } from "../crossing/payload.ts";
import { StatorError } from "../stator-error.ts";

/** The call that the requests belong to. */
export interface OpenCall {
  readonly isOpen: boolean;
  /** Resolves when more may be sent; null if it may. */
  readonly blockedUntil: Promise<void> | null;
  /** Told when the call ends, once. */
  onEnd: (() => void) | null;
  /** Ends the call. */
  abandon(error: StatorError): void;
}

/**
 * Sends a stream of requests as fast as its credit allows. When the call ends first, the source is ended at once
 * (`return()`). When the source throws, the call ends with what it threw.
 */
export async function sendRequests<Req>(
  bridge: Bridge,
  number: number,
  call: OpenCall,
  requests: AsyncIterable<Req>,
): Promise<void> {
  const { outbox, receivers, turn } = bridge;
  try {
    const source = requests[Symbol.asyncIterator]();
    // In the context of the caller: the `finally` of a generator may look at it.
    call.onEnd = AsyncLocalStorage.bind(() => void end(source));
    for (;;) {
      const request = await pull(source, call);
      if (!call.isOpen) return;
      if (request.done === true) break;
      outbox.push(OPERATION.callSend, number, encodePayload(request.value));
      if (outbox.isFull(receivers.calls.size)) {
        outbox.flush();
        if (turn.isLong) await turn.next();
      }
      if (call.blockedUntil !== null) await call.blockedUntil;
      if (!call.isOpen) return;
    }
    // It has ended by itself.
    call.onEnd = null;
    outbox.push(OPERATION.callFinish, number, null);
  } catch (thrown) {
    call.abandon(sourceError(thrown));
  }
}

async function pull<Req>(source: AsyncIterator<Req>, call: OpenCall): Promise<IteratorResult<Req, unknown>> {
  try {
    return await source.next();
  } catch (thrown) {
    // A source that has thrown is over.
    call.onEnd = null;
    throw thrown;
  }
}

/** What its `finally` throws concerns nobody any more: the call has its end. */
async function end(source: AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.();
  } catch {}
}

function sourceError(thrown: unknown): StatorError {
  if (thrown instanceof StatorError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new StatorError("cancelled", `the stream of requests failed: ${reason}`, { cause: thrown });
}
