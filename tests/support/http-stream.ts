import { lines } from "../../scripts/lib/lines.ts";

/** A streamed answer over HTTP, one JSON document a line. */
export interface HttpStream<T> {
  readonly response: Response;
  readonly items: AsyncGenerator<T>;
  /** Closes the connection, as a client does that goes away. */
  leave(): void;
}

/** Posts a request whose answer is a stream. */
export async function httpStream<T>(url: string, request: unknown): Promise<HttpStream<T>> {
  const controller = new AbortController();
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    signal: controller.signal,
  });
  return { response, items: parsed(response), leave: () => controller.abort() };
}

/** The items up to the end, and the error that ended the stream, if one did. */
export async function readAll<T>(
  stream: HttpStream<T>,
): Promise<{ items: T[]; error: Record<string, unknown> | null }> {
  const items: T[] = [];
  for await (const item of stream.items) {
    const error = (item as { error?: Record<string, unknown> }).error;
    if (error !== undefined) return { items, error };
    items.push(item);
  }
  return { items, error: null };
}

async function* parsed<T>(response: Response): AsyncGenerator<T> {
  if (response.body === null) return;
  for await (const line of lines(response.body)) yield JSON.parse(line) as T;
}
