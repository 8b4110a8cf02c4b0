import type { Handler, StatorError } from "@stator/runtime-native";

import type { EndpointDefinition, HttpDefinition } from "../definition/endpoint-definition.ts";
import { runInHttpScope } from "../serving/call-scope.ts";
import type { CallSpan } from "../tracing/call-span.ts";
import { toStatorError } from "./error-response.ts";
import type { HttpContext } from "./http-context.ts";
import { itemStream, streamHeaders } from "./item-stream.ts";
import { stringifyJson } from "../schema/json-text.ts";
import { streamWriter } from "./stream-format.ts";

/** One HTTP request on its way through a method. */
export class HttpCall {
  constructor(
    private readonly endpoint: EndpointDefinition,
    private readonly http: HttpDefinition,
    private readonly handler: Handler<unknown, unknown>,
    private readonly context: HttpContext,
    /** Null if nobody wants to see it. */
    private readonly trace: CallSpan | null,
    /** Called once, when the answer is complete or given up. */
    private readonly done: () => void,
  ) {}

  /** The response; of a stream, once its first item is there, so that an early failure still has its own status. */
  async answer(input: unknown, accept: string | null): Promise<Response> {
    try {
      const result = this.run(() => this.handler(input, this.context));
      if (result instanceof Promise) {
        const item = await this.context.bounded(result);
        this.finished();
        return new Response(`${stringifyJson(item)}\n`, { headers: { "content-type": "application/json" } });
      }
      return await this.stream(result[Symbol.asyncIterator](), accept);
    } catch (error) {
      this.done();
      throw error;
    }
  }

  private finished(): void {
    this.trace?.ended();
    this.done();
  }

  /** Runs `body` as part of the request, and of its span. */
  private run<T>(body: () => T): T {
    const { context, trace } = this;
    return runInHttpScope(context, trace === null ? body : () => trace.run(body));
  }

  private async stream(items: AsyncIterator<unknown>, accept: string | null): Promise<Response> {
    const writer = streamWriter(this.http.format, accept);
    // A generator's body runs in the scope of each next().
    const next = async () => {
      const result = await this.context.bounded(this.run(() => items.next()));
      if (result.done !== true) this.trace?.item();
      return result;
    };
    const body = itemStream(await this.opened(items, next), next, writer, {
      failed: (error) => {
        this.report(error);
        this.trace?.failed(error);
        this.giveUp(items);
      },
      left: () => {
        this.context.stopGenerating();
        this.giveUp(items);
        this.trace?.left();
      },
      over: () => this.finished(),
    });
    return new Response(body, { headers: streamHeaders(writer) });
  }

  private async opened(
    items: AsyncIterator<unknown>,
    next: () => Promise<IteratorResult<unknown>>,
  ): Promise<IteratorResult<unknown>> {
    try {
      return await next();
    } catch (error) {
      this.giveUp(items);
      throw error;
    }
  }

  /** The client sees a failure in mid-stream only as the last item, so it is logged here too. */
  private report({ code, message }: StatorError): void {
    if (code === "cancelled") return;
    this.run(() => this.context.log.warn(`${this.endpoint.property} failed in mid-stream`, { code, message }));
  }

  /** Ends the generator without waiting: it may be in the middle of something that takes its time. */
  private giveUp(items: AsyncIterator<unknown>): void {
    void this.run(() => items.return?.())?.catch((error: unknown) => {
      this.context.log.warn(`${this.endpoint.property} failed while it was ended`, {
        message: toStatorError(error).message,
      });
    });
  }
}
