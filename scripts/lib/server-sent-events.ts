import { lines } from "./lines.ts";

/** The data of server-sent events, up to `[DONE]`, each read as JSON. */
export async function* serverSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator {
  for await (const line of lines(body)) {
    const data = /^data: ?(.*)$/.exec(line.trimEnd())?.[1];
    if (data === "[DONE]") return;
    if (data !== undefined) yield JSON.parse(data);
  }
}
