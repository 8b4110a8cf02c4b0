/** What was asked for cannot be done. Exit code 2, told without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
