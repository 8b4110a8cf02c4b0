import type { StatorError } from "@stator/runtime-native";

import { toStatorError } from "./error-response.ts";
import type { StreamWriter } from "./stream-format.ts";

/** Items that one stream may write in a row before other requests get their turn. */
const TURN = 128;

/** Who hears what becomes of a stream. */
export interface ItemStreamEvents {
  /** It failed after its first item. */
  failed(error: StatorError): void;
  /** The reader has gone. */
  left(): void;
  /** It is complete or given up; at least once. */
  over(): void;
}

/** The bytes of a stream whose first item is there already. Nothing is made before the socket asks for it. */
export function itemStream(
  first: IteratorResult<unknown>,
  next: () => Promise<IteratorResult<unknown>>,
  writer: StreamWriter,
  events: ItemStreamEvents,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let ready: IteratorResult<unknown> | null = first;
  let pulled = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          pulled += 1;
          if (pulled % TURN === 0) await new Promise(setImmediate);
          const result = ready ?? (await next());
          ready = null;
          if (result.done !== true) return controller.enqueue(encoder.encode(writer.item(result.value)));
        } catch (error) {
          const failure = toStatorError(error);
          events.failed(failure);
          controller.enqueue(encoder.encode(writer.error(failure)));
        }
        events.over();
        controller.close();
      },
      cancel: () => {
        events.left();
        events.over();
      },
    },
    // A slow reader slows the generator.
    { highWaterMark: 0 },
  );
}

/** What a streamed response says of itself. */
export function streamHeaders(writer: StreamWriter): Record<string, string> {
  return { "content-type": writer.contentType, "cache-control": "no-cache", "x-accel-buffering": "no" };
}
