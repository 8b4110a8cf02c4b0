import { StatorError } from "../../src/index.ts";

/**
 * The typed error that a promise is rejected with.
 *
 * In place of `expect(promise).rejects`, which runs the event loop inside of the caller.
 */
export async function failure(work: PromiseLike<unknown>): Promise<StatorError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StatorError) return error;
    throw error;
  }
  throw new Error("This should have failed.");
}

/** The typed error that a function throws. */
export function thrown(work: () => unknown): StatorError {
  try {
    work();
  } catch (error) {
    if (error instanceof StatorError) return error;
    throw error;
  }
  throw new Error("This should have thrown.");
}
