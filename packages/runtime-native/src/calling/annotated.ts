/** An item with what its worker says beside the data. Only workers of the original say more than the data. */
export interface Annotated<T> {
  /** Absent in an item that is only an event. */
  readonly data?: T;
  readonly id?: string | null;
  readonly event?: string | null;
  readonly comment?: readonly string[] | null;
}
