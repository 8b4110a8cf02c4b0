import { within } from "../command.ts";
import { readSpans, type ReceivedSpan } from "./received-span.ts";

/** Takes what exporters send over OTLP/HTTP, on loopback, and reads it. */
export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = [];
  /** Answers with this status, and takes nothing, while it is set. */
  refuses: number | null = null;
  /** Requests so far, with those that were refused. */
  requests = 0;
  private readonly server: Bun.Server<undefined>;
  private readonly waiting = new Set<() => void>();

  constructor(port = 0) {
    this.server = Bun.serve({ hostname: "127.0.0.1", port, fetch: (request) => this.take(request) });
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get url(): string {
    return this.server.url.origin;
  }

  /** Waits until so many spans are there. */
  async until(count: number): Promise<readonly ReceivedSpan[]> {
    while (this.spans.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.waiting.add(resolve);
      const had = this.spans.map((span) => span.name).join(", ");
      await within(promise, `${count} spans; there are: ${had}`);
      this.waiting.delete(resolve);
    }
    return this.spans;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop(true);
  }

  private async take(request: Request): Promise<Response> {
    this.requests += 1;
    const body = await request.bytes();
    if (this.refuses !== null) return new Response("not now", { status: this.refuses });
    const { pathname } = new URL(request.url);
    if (pathname !== "/v1/traces" || request.headers.get("content-type") !== "application/x-protobuf") {
      return new Response(`nobody reads ${pathname}`, { status: 404 });
    }
    this.spans.push(...readSpans(body));
    for (const wake of this.waiting) wake();
    // An empty answer is the message that says that all was taken.
    return new Response(new Uint8Array(), { headers: { "content-type": "application/x-protobuf" } });
  }
}
