/** A function without the types of its parameters, to call it as a program without types would. */
export function loose<Result>(call: (...values: never[]) => Result): (...values: unknown[]) => Result {
  return call as (...values: unknown[]) => Result;
}
