/** Under this key a stream of a handler has its {@link ItemCheck}. */
export const ITEM_CHECK: unique symbol = Symbol("item check");

/**
 * How the runtime checks the items of a stream in the step in which it takes them: a generator around the stream would cost a
 * promise for each item. What reads the stream in another way reads the checked items.
 */
export interface ItemCheck {
  /** The items, not checked. */
  readonly source: AsyncIterator<unknown>;
  /** Throws for an item that is not to be sent, or rejects; a promise only where the check takes a while. */
  check(item: unknown): void | Promise<void>;
  /** What to tell the caller when the source throws. */
  failed(thrown: unknown): unknown;
}

/** The check that a stream brings; null for none. */
export function itemCheckOf(stream: AsyncIterable<unknown>): ItemCheck | null {
  return (stream as { readonly [ITEM_CHECK]?: ItemCheck })[ITEM_CHECK] ?? null;
}
