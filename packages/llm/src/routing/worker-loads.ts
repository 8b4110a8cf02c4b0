import type { ActiveLoad } from "../generated/index.ts";

/** What a worker says of its blocks, all ranks together. Null is what nobody knows. */
export interface SaidBlocks {
  readonly used: number | null;
  readonly total: number | null;
}

/** What workers have said last of their load. */
export class WorkerLoads {
  readonly #said = new Map<bigint, Map<number, ActiveLoad>>();
  readonly #members: (workerId: bigint) => boolean;
  readonly #workerBlocks: number | null;
  #totals: ReadonlyMap<bigint, number> = new Map();

  /** `members`: whether the worker is there; `workerBlocks`: what one has room for that does not say. */
  constructor(members: (workerId: bigint) => boolean, workerBlocks: number | null) {
    this.#members = members;
    this.#workerBlocks = workerBlocks;
  }

  /** A worker says what it has to do. Of one that is not there nothing is kept. */
  take(load: ActiveLoad): void {
    if (!this.#members(load.worker_id)) return;
    const ranks = this.#said.get(load.worker_id) ?? new Map<number, ActiveLoad>();
    this.#said.set(load.worker_id, ranks);
    const before = ranks.get(load.dp_rank);
    // One that says only a part leaves the rest as it was.
    ranks.set(load.dp_rank, {
      ...load,
      kv_used_blocks: load.kv_used_blocks ?? before?.kv_used_blocks ?? null,
    });
  }

  /** What each worker has room for, as its model card says. */
  setTotals(totals: ReadonlyMap<bigint, number>): void {
    this.#totals = totals;
  }

  remove(workerId: bigint): void {
    this.#said.delete(workerId);
  }

  blocks(workerId: bigint): SaidBlocks {
    const ranks = [...(this.#said.get(workerId)?.values() ?? [])];
    const used = sum(ranks.map((each) => each.kv_used_blocks));
    return { used, total: this.#totals.get(workerId) ?? this.#workerBlocks };
  }

  /** Whether the worker uses more of its blocks than it should; not if that is not known. */
  isBusy(workerId: bigint, threshold: number | null): boolean {
    const { used, total } = this.blocks(workerId);
    return threshold !== null && used !== null && total !== null && total > 0 && used / total >= threshold;
  }
}

/** Null if all of them are. */
function sum(values: readonly (number | null)[]): number | null {
  return values.reduce((before, value) => (value === null ? before : (before ?? 0) + value), null);
}
