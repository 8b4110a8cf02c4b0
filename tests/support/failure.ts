/**
 * What a promise is rejected with.
 *
 * In place of `expect(promise).rejects`, which waits by running the event loop inside the caller.
 */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("This should have failed.");
}
