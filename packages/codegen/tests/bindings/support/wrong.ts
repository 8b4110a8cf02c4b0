/** A value that the types forbid, as plain JavaScript could pass it. */
export function wrong(value: unknown): never {
  return value as never;
}
