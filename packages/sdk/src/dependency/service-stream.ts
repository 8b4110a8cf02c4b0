import type { ErrorType, ResponseStream } from "@stator/runtime-native";
import type { StandardSchemaV1 } from "@standard-schema/spec";

import { validate } from "../schema/validate.ts";

/** The answer of a streaming endpoint. It has been asked for already; leaving it early ends it at the far end too. */
export interface ServiceStream<T> extends AsyncIterable<T>, AsyncDisposable {
  /** The id of the call. */
  readonly id: string;
  /** The instance that answers, once it is known. */
  readonly instanceId: bigint | null;
  /** Once only; a second use throws. */
  [Symbol.asyncIterator](): AsyncIterator<T>;
  /** The only item; `protocol` if there are none or more. */
  one(): Promise<T>;
  /** The items as a Web stream, which asks for one only when its reader does. */
  toReadableStream(): ReadableStream<T>;
  /** Ends the call, at the far end too. Harmless when it is over. */
  cancel(): void;
}

/**
 * A stream whose items, and whose declared error, are brought into their one form: a small `u64` arrives as a number and
 * becomes a bigint.
 */
export class CheckedServiceStream implements ServiceStream<unknown> {
  constructor(
    private readonly source: ResponseStream<unknown>,
    private readonly schema: StandardSchemaV1 | null,
    private readonly error: ErrorType | null,
    private readonly where: string,
  ) {}

  get id(): string {
    return this.source.id;
  }

  get instanceId(): bigint | null {
    return this.source.instanceId;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    const items = this.source[Symbol.asyncIterator]();
    return {
      next: async () => {
        let result: IteratorResult<unknown, undefined>;
        try {
          result = await items.next();
        } catch (error) {
          throw this.received(error);
        }
        if (result.done === true) return result;
        try {
          const checked = this.check(result.value);
          return { done: false, value: checked instanceof Promise ? await checked : checked };
        } catch (error) {
          await items.return?.(undefined);
          throw error;
        }
      },
      return: async () => (await items.return?.(undefined)) ?? { done: true, value: undefined },
    };
  }

  async one(): Promise<unknown> {
    try {
      return this.check(await this.source.one());
    } catch (error) {
      throw this.received(error);
    }
  }

  toReadableStream(): ReadableStream<unknown> {
    return readable(this[Symbol.asyncIterator]());
  }

  cancel(): void {
    this.source.cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
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

/** The items as a Web stream, which asks for one only when its reader does. */
export function readable<T>(items: AsyncIterator<T>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const result = await items.next();
        if (result.done === true) controller.close();
        else controller.enqueue(result.value);
      },
      async cancel() {
        await items.return?.(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
