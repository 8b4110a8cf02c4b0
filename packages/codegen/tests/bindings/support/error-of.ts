import { BindingError } from "../generated/index.ts";

/** What a call throws, or its promise rejects with, which has to be a typed error. */
export function errorOf(run: () => unknown): BindingError {
  try {
    run();
  } catch (error) {
    return typed(error);
  }
  throw new Error("it did not throw");
}

export async function rejectionOf(run: () => PromiseLike<unknown>): Promise<BindingError> {
  try {
    await run();
  } catch (error) {
    return typed(error);
  }
  throw new Error("it did not reject");
}

function typed(error: unknown): BindingError {
  if (error instanceof BindingError) return error;
  throw new Error(`it failed with something else: ${Bun.inspect(error)}`, { cause: error });
}
