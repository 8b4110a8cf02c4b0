/** The instance id of a runtime, and who wants to hear of another one. */
export class InstanceIdentity {
  #current = 0n;
  readonly #listeners = new Set<(instanceId: bigint, previous: bigint) => void>();

  get current(): bigint {
    return this.#current;
  }

  /** The id that the runtime started with; one that came since counts more. */
  begin(instanceId: bigint): void {
    if (this.#current === 0n) this.#current = instanceId;
  }

  /** There is another id, given as the two halves of its 64 bits. */
  change(low: number, high: number): void {
    const previous = this.#current;
    this.#current = (BigInt(high) << 32n) | BigInt(low);
    // Nobody has heard of the one before, if there was none yet.
    if (previous === 0n) return;
    for (const listener of this.#listeners) {
      try {
        listener(this.#current, previous);
      } catch (error) {
        reportError(error);
      }
    }
  }

  listen(listener: (instanceId: bigint, previous: bigint) => void): Disposable {
    // A function of its own, so that one that is added twice is removed once.
    const own: typeof listener = (instanceId, previous) => listener(instanceId, previous);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }
}
