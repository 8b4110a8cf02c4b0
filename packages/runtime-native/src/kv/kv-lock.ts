import type { KvHeld } from "../generated/types/kv-held.ts";
import { KvLease } from "./kv-lease.ts";
import type { KvGuard } from "./kv-options.ts";
import type { KvPort } from "./kv-port.ts";

/** A lock that is held. `await using` gives it up at the end of the block. */
export class KvLock extends KvLease implements KvGuard {
  /** What was locked. */
  readonly name: string;
  /** The key of the claim, for `guard`. */
  readonly key: string;
  /** The fencing token: larger than that of every holder before. Give it to whatever else the lock protects. */
  readonly token: bigint;

  /** @internal */
  constructor(port: KvPort, number: number, held: KvHeld, name: string) {
    super(port, number, held);
    this.name = name;
    this.key = held.guard?.key ?? "";
    this.token = BigInt(held.guard?.token ?? 0);
  }
}

/** An election that was won. */
export class KvLeadership extends KvLock {
  /** Gives it up: the next candidate leads at once. The same as `release()`. */
  resign(): Promise<void> {
    return this.release();
  }
}
