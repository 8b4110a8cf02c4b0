/** An item with what its worker says beside the data. Only workers of the original say more than the data. */
export interface Annotated<T> {
  /** Absent in an item that is only an event. */
  readonly data?: T;
  /** An id that the worker gave the item. */
  readonly id?: string | null;
  /** The kind of event that it is, such as `error`. */
  readonly event?: string | null;
  /** What the worker says about it. */
  readonly comment?: readonly string[] | null;
}
