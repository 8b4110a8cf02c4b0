import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ErrorType } from "@stator/runtime-native";

import { validate } from "../schema/validate.ts";

/**
 * The items of `source`, each checked on its way out and sent as it is: callers read it through the same schema. A wrong
 * item ends the stream with `invalid_response`, after the source's `finally` has run. So does a declared error of the
 * endpoint whose value does not fit.
 *
 * Written out instead of as a generator: one layer of promises less for each item.
 */
export class CheckedStream implements AsyncGenerator<unknown, void> {
  constructor(
    private readonly source: AsyncGenerator,
    private readonly schema: StandardSchemaV1 | null,
    private readonly error: ErrorType | null,
    private readonly where: string,
  ) {}

  async next(): Promise<IteratorResult<unknown, void>> {
    let result: IteratorResult<unknown>;
    try {
      result = await this.source.next();
    } catch (thrown) {
      throw this.error === null ? thrown : this.error.received(thrown, this.where);
    }
    if (result.done === true) return { done: true, value: undefined };
    if (this.schema === null) return result;
    try {
      const checked = validate(this.schema, result.value, "invalid_response", this.where);
      if (checked instanceof Promise) await checked;
      return result;
    } catch (error) {
      await this.source.return(undefined);
      throw error;
    }
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
}
