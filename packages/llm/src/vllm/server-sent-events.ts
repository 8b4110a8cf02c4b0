import { StatorError } from "@stator/sdk";
import { createParser } from "eventsource-parser";

/** No event of an engine is longer, in characters: one that is would be kept in memory until its end comes. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

/**
 * The data of each server-sent event of a body, whatever pieces it comes in. Leaving the loop cancels the body.
 *
 * @throws StatorError `protocol` for an event that is too long; what reading the body throws.
 */
export async function* serverSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const waiting: string[] = [];
  let failure: Error | null = null;
  const parser = createParser({
    maxBufferSize: MOST_CHARACTERS,
    onEvent: ({ data }) => waiting.push(data),
    onError: (error) => {
      // Fields that nobody knows are to be passed over.
      if (error.type === "max-buffer-size-exceeded") failure = error;
    },
  });
  // Replaces what is no UTF-8; a character that is cut in two is kept until its rest comes.
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      // Nothing is left to come: an engine may have forgotten the empty line behind its last event.
      parser.feed(done ? `${decoder.decode()}\n\n` : decoder.decode(value, { stream: true }));
      if (failure !== null)
        throw new StatorError("protocol", "The engine sent an event that does not end.", { cause: failure });
      yield* waiting.splice(0);
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
