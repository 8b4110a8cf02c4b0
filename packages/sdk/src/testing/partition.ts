import type { DistributedRuntime } from "@stator/runtime-native";

/** One end of a connection that may break: an instance, or the test. */
export interface End {
  readonly runtime: DistributedRuntime;
  /** Where others reach it; null where nobody does. */
  readonly address: string | null;
  readonly instanceId: bigint;
}

/** A network between two sides that is broken until it is healed. */
export class Partition implements AsyncDisposable {
  private isHealed = false;

  /** @internal Use `cluster.partition`. */
  constructor(
    private readonly pairs: readonly (readonly [End, End])[],
    private readonly settled: () => Promise<void>,
  ) {}

  /** @internal */
  async begin(): Promise<this> {
    await Promise.all(this.pairs.map(([one, other]) => setReachable(one, other, false)));
    await this.settled();
    return this;
  }

  /** Lets calls through again. Those that have failed stay so. Harmless a second time. */
  async heal(): Promise<void> {
    if (this.isHealed) return;
    this.isHealed = true;
    await Promise.all(this.pairs.map(([one, other]) => setReachable(one, other, true)));
    await this.settled();
  }

  /** As `heal()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.heal();
  }
}

/** Both ways: either end may be the one that calls. */
export async function setReachable(one: End, other: End, reachable: boolean): Promise<void> {
  await Promise.all([towards(one, other, reachable), towards(other, one, reachable)]);
}

async function towards({ runtime }: End, { address, instanceId }: End, reachable: boolean): Promise<void> {
  // One that has ended meanwhile reaches nobody anyway.
  if (address !== null) await runtime.faults.setReachable(address, reachable, instanceId).catch(() => undefined);
}
