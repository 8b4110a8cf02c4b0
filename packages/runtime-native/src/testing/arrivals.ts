/** Where calls have arrived whose deadline the core does not watch: their callers are to know which instance was late. */
export class Arrivals {
  private readonly instances = new Map<number, bigint>();
  private count = 0;

  /** A number for a call. */
  expect(): number {
    this.count += 1;
    return this.count;
  }

  arrived(call: number, instanceId: bigint): void {
    this.instances.set(call, instanceId);
  }

  /** The instance that took the call, the last one of several; null if none has. */
  instanceOf(call: number): bigint | null {
    return this.instances.get(call) ?? null;
  }

  /** The call is over. */
  forget(call: number): void {
    this.instances.delete(call);
  }
}
