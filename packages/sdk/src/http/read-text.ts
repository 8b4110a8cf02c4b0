import { StatorError } from "@stator/runtime-native";

/** How much of a body is read, and for how long. */
export interface ReadTextOptions {
  /** Largest body, in bytes. */
  maxBytes: number;
  /** Longest time until it is complete, in milliseconds. Default: as long as the client takes. */
  timeoutMs?: number;
}

/**
 * The body of a request as text; empty without one.
 *
 * @throws StatorError `payload_too_large`, as soon as that is known; `invalid_request` for what is no UTF-8; `deadline_exceeded`
 * when the time is up; `cancelled` when the client has gone.
 */
export async function readText(request: Request, { maxBytes, timeoutMs }: ReadTextOptions): Promise<string> {
  const tooLarge = () => new StatorError("payload_too_large", `The body is larger than ${maxBytes} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  if (request.body === null) return "";
  const reader = request.body.getReader();
  using end = new BodyEnd(request.signal, timeoutMs);
  // Fatal: bytes that are no UTF-8 must not become other text in silence.
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let read = 0;
  let text = "";
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), end.early]);
      if (done) return text + decoder.decode();
      read += value.byteLength;
      if (read > maxBytes) throw tooLarge();
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    // Nobody waits for what the rest of it does.
    reader.cancel().catch(() => undefined);
    if (request.signal.aborted) throw gone();
    if (error instanceof TypeError) throw new StatorError("invalid_request", "The body is not UTF-8.");
    throw error;
  }
}

/** What ends the wait for a body before the body does. */
class BodyEnd implements Disposable {
  readonly early: Promise<never>;
  private readonly timer: Timer | null = null;
  private readonly left: () => void;

  constructor(
    private readonly signal: AbortSignal,
    timeoutMs: number | undefined,
  ) {
    const { promise, reject } = Promise.withResolvers<never>();
    // It may come between two reads.
    promise.catch(() => undefined);
    this.early = promise;
    this.left = () => reject(gone());
    if (signal.aborted) this.left();
    signal.addEventListener("abort", this.left, { once: true });
    if (timeoutMs === undefined) return;
    this.timer = setTimeout(() => {
      reject(new StatorError("deadline_exceeded", `The body was not complete within ${timeoutMs} ms.`));
    }, timeoutMs);
  }

  [Symbol.dispose](): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.signal.removeEventListener("abort", this.left);
  }
}

function gone(): StatorError {
  return new StatorError("cancelled", "The HTTP client has gone.");
}
