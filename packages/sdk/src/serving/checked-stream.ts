import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type ErrorType, ITEM_CHECK, type ItemCheck } from "@stator/runtime-native";

import { validate } from "../schema/validate.ts";

/**
 * The items of `source`, each checked on its way out and sent as it is: callers read it through the same schema. A wrong
 * item ends the stream with `invalid_response`, after the source's `finally` has run. So does a declared error of the
 * endpoint whose value does not fit.
 *
 * Written out instead of as a generator: the runtime takes the items from the source itself, so that a check costs no promise
 * where nothing else stands around it.
 */
export class CheckedStream implements AsyncGenerator<unknown, void>, ItemCheck {
  constructor(
    readonly source: AsyncGenerator,
    private readonly schema: StandardSchemaV1 | null,
    private readonly error: ErrorType | null,
    private readonly where: string,
  ) {}

  get [ITEM_CHECK](): ItemCheck {
    return this;
  }

  check(item: unknown): void | Promise<void> {
    if (this.schema === null) return undefined;
    try {
      const checked = validate(this.schema, item, "invalid_response", this.where);
      return checked instanceof Promise ? checked.then(nothing, this.refuse) : undefined;
    } catch (error) {
      return this.refuse(error);
    }
  }

  failed(thrown: unknown): unknown {
    return this.error === null ? thrown : this.error.received(thrown, this.where);
  }

  async next(): Promise<IteratorResult<unknown, void>> {
    let result: IteratorResult<unknown>;
    try {
      result = await this.source.next();
    } catch (thrown) {
      throw this.failed(thrown);
    }
    if (result.done === true) return { done: true, value: undefined };
    const late = this.check(result.value);
    if (late !== undefined) await late;
    return result;
  }

  async return(): Promise<IteratorResult<unknown, void>> {
    await this.source.return(undefined);
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<unknown, void>> {
    await this.source.throw(error);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** The source's `finally` runs before anybody hears of the item. */
  private readonly refuse = async (error: unknown): Promise<never> => {
    await this.source.return(undefined);
    throw error;
  };
}

function nothing(): void {}
