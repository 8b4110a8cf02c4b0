import type { Bridge } from "../crossing/bridge.ts";
import { CANCEL_REASON } from "../crossing/event.ts";
import { OPERATION, OPERATION_FLAG } from "../crossing/operation.ts";
import { type Arrived, decodePayload, encodePayload } from "../crossing/payload.ts";
import type { ServedEvents } from "../crossing/receivers.ts";
import { StatorError } from "../stator-error.ts";
import { contextStorage } from "./context-storage.ts";
import type { Handler } from "./handler.ts";
import { type ItemCheck, itemCheckOf } from "./item-check.ts";
import { RequestStream } from "./request-stream.ts";
import type { ServedContext } from "./served-context.ts";
import { thrownError } from "./thrown-error.ts";

/** One call from its opening to the end of its handler. */
export class ServedCall implements ServedEvents {
  readonly #bridge: Bridge;
  readonly #number: number;
  readonly #handler: Handler<never, unknown>;
  readonly #context: ServedContext;
  readonly #development: boolean;
  readonly #requests: RequestStream<unknown> | null;
  #items: AsyncIterator<unknown> | null = null;
  #returned: Promise<void> | null = null;
  #writable: Promise<void> | null = null;
  #unblock: (() => void) | null = null;
  #started = false;

  constructor(
    bridge: Bridge,
    number: number,
    handler: Handler<never, unknown>,
    context: ServedContext,
    development: boolean,
    stream: boolean,
  ) {
    this.#bridge = bridge;
    this.#number = number;
    this.#handler = handler;
    this.#context = context;
    this.#development = development;
    this.#requests = stream ? new RequestStream(bridge.outbox, number) : null;
    if (this.#requests !== null) this.#start(this.#requests);
  }

  request(payload: Arrived, cost: number): void {
    let request: unknown;
    try {
      request = decodePayload(payload);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const error = new StatorError("invalid_request", `the request is not readable: ${reason}`);
      if (this.#requests === null) this.#fail(error);
      else this.#requests.fail(error);
      return;
    }
    if (this.#requests === null) this.#start(request);
    else this.#requests.push(request, cost);
  }

  requestEnded(): void {
    this.#requests?.end();
  }

  cancelled(reason: number): void {
    // What hears of it runs in the context of the call, as the rest of the handler.
    contextStorage.run(this.#context, () => this.#cancelled(reason));
  }

  blocked(): void {
    if (this.#writable !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#writable = promise;
    this.#unblock = resolve;
  }

  writable(): void {
    this.#unblock?.();
    this.#unblock = null;
    this.#writable = null;
  }

  #cancelled(reason: number): void {
    if (reason === CANCEL_REASON.stop) {
      this.#context.stop(new StatorError("cancelled", "the caller asked to finish early"));
      return;
    }
    const error = cancelError(reason);
    this.#context.kill(error);
    this.#requests?.fail(error);
    this.writable();
    if (!this.#started) this.#release();
    // Queued behind a `next()` that is running; then the generator's `finally` runs.
    else if (this.#items !== null) void this.#end(this.#items);
  }

  #start(request: unknown): void {
    this.#started = true;
    contextStorage.run(this.#context, () => {
      try {
        const result = this.#handler(request as never, this.#context);
        if (isIterable(result)) void this.#stream(result);
        else void this.#answer(result);
      } catch (thrown) {
        this.#fail(thrown);
      }
    });
  }

  async #answer(result: Promise<unknown>): Promise<void> {
    try {
      const item = await result;
      if (isIterable(item)) return await this.#stream(item);
      const payload = encodePayload(item);
      if (this.#context.isKilled()) {
        this.#release();
      } else {
        this.#bridge.outbox.push(OPERATION.item | OPERATION_FLAG.last, this.#number, payload);
        this.#done();
      }
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  async #stream(iterable: AsyncIterable<unknown>): Promise<void> {
    const bridge = this.#bridge;
    const { outbox, receivers, turn } = bridge;
    const context = this.#context;
    let checks: ItemCheck | null = null;
    let items: AsyncIterator<unknown> | null = null;
    try {
      checks = itemCheckOf(iterable);
      items = checks === null ? iterable[Symbol.asyncIterator]() : checks.source;
      this.#items = items;
      while (!context.isKilled()) {
        const item = await items.next();
        if (checks !== null && item.done !== true) {
          const late = checks.check(item.value);
          if (late !== undefined) await late;
        }
        if (context.isKilled()) break;
        if (item.done === true) {
          outbox.push(OPERATION.finish, this.#number, null);
          this.#done();
          return;
        }
        outbox.push(OPERATION.item, this.#number, encodePayload(item.value));
        if (outbox.isFull(receivers.served.size)) {
          outbox.flush();
          if (turn.isLong) await turn.next();
        }
        // Whoever reads is in this process, and is to have its items before there are more.
        if (bridge.hasArrived && turn.isUnderWay) await turn.next();
        if (this.#writable !== null) await this.#writable;
      }
    } catch (thrown) {
      // The caller first: a `finally` that takes long must not hold the error back.
      this.#fail(checks === null ? thrown : checks.failed(thrown));
      if (items !== null) await this.#end(items);
      return;
    }
    await this.#end(items);
    this.#release();
  }

  /** Ends the generator, once; what its `finally` throws concerns nobody any more. */
  #end(items: AsyncIterator<unknown>): Promise<void> {
    this.#returned ??= this.#return(items);
    return this.#returned;
  }

  async #return(items: AsyncIterator<unknown>): Promise<void> {
    try {
      await items.return?.();
    } catch (error) {
      this.#context.log.debug("a handler failed after its call was over", { error });
    }
  }

  #fail(thrown: unknown): void {
    if (this.#context.isKilled()) {
      this.#release();
      return;
    }
    this.#bridge.outbox.push(OPERATION.fail, this.#number, thrownError(thrown, this.#development));
    this.#done();
  }

  /** The call was over before its handler was. */
  #release(): void {
    this.#bridge.outbox.push(OPERATION.release, this.#number, null);
    this.#done();
  }

  #done(): void {
    this.#bridge.receivers.served.delete(this.#number);
    this.#context.finish();
  }
}

function isIterable(result: unknown): result is AsyncIterable<unknown> {
  return typeof result === "object" && result !== null && Symbol.asyncIterator in result;
}

function cancelError(reason: number): StatorError {
  switch (reason) {
    case CANCEL_REASON.deadline:
      return new StatorError("deadline_exceeded", "the call's time was up");
    case CANCEL_REASON.lost:
      return new StatorError("cancelled", "the connection to the caller was lost");
    case CANCEL_REASON.unsendable:
      return new StatorError("payload_too_large", "an item was larger than the caller takes");
    default:
      return new StatorError("cancelled", "the caller cancelled");
  }
}
