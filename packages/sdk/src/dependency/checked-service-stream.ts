import type { ErrorType, ResponseStream } from "@stator/runtime-native";
import type { StandardSchemaV1 } from "@standard-schema/spec";

import { validate } from "../schema/validate.ts";
import { answerReading } from "./answer-reading.ts";
import { batches } from "./batches.ts";
import { ItemsOfBatches } from "./items-of-batches.ts";
import { readable, type ServiceStream } from "./service-stream.ts";

/**
 * A stream whose items, and whose declared error, are brought into their one form: a small `u64` arrives as a number and
 * becomes a bigint.
 */
export class CheckedServiceStream implements ServiceStream<unknown> {
  private isCancelled = false;

  constructor(
    private readonly source: ResponseStream<unknown>,
    private readonly schema: StandardSchemaV1 | null,
    private readonly error: ErrorType | null,
    private readonly where: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  get id(): string {
    return this.source.id;
  }

  get instanceId(): bigint | null {
    return this.source.instanceId;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return new ItemsOfBatches(this.batches(), () => this.isCancelled || this.signal?.aborted === true);
  }

  batches(): AsyncIterableIterator<unknown[]> {
    const source = this.source.batches()[Symbol.asyncIterator]();
    /** What the next array is refused with: the items before the wrong one have gone first. */
    let failure: { readonly error: unknown } | null = null;
    const leave = async (): Promise<void> => void (await source.return?.());
    const next = async (): Promise<IteratorResult<unknown[]>> => {
      if (failure !== null) {
        const { error } = failure;
        failure = null;
        throw error;
      }
      let result: IteratorResult<unknown[], undefined>;
      try {
        result = await source.next();
      } catch (error) {
        throw this.received(error);
      }
      if (result.done === true || this.schema === null) return result;
      const items = result.value;
      let at = 0;
      try {
        for (; at < items.length; at++) {
          const checked = this.check(items[at]);
          items[at] = checked instanceof Promise ? await checked : checked;
        }
      } catch (error) {
        await leave();
        if (at === 0) throw error;
        failure = { error };
        items.length = at;
      }
      return { done: false, value: items };
    };
    return batches(next, leave);
  }

  one(): Promise<unknown> {
    const { read, failed } = answerReading({ output: this.schema, error: this.error }, this.where);
    return this.source.one().then(read, failed);
  }

  toReadableStream(): ReadableStream<unknown> {
    return readable(this[Symbol.asyncIterator]());
  }

  cancel(): void {
    this.isCancelled = true;
    this.source.cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return this.source[Symbol.asyncDispose]();
  }

  private received(error: unknown): unknown {
    return this.error === null ? error : this.error.received(error, this.where);
  }

  private check(item: unknown): unknown {
    if (this.schema === null) return item;
    return validate(this.schema, item, "invalid_response", this.where);
  }
}
