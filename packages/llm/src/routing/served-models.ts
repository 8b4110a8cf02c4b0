import type { DistributedRuntime } from "@stator/runtime-native";

import { ModelDirectory } from "../models/model-directory.ts";

/** What the model cards of the workers of one endpoint say. */
export class ServedModels implements AsyncDisposable {
  readonly #directory: ModelDirectory;
  readonly #endpoint: string;

  private constructor(directory: ModelDirectory, endpoint: string) {
    this.#directory = directory;
    this.#endpoint = endpoint;
  }

  /** `endpoint`: `namespace.component.endpoint`. */
  static async open(runtime: DistributedRuntime, endpoint: string): Promise<ServedModels> {
    return new ServedModels(await ModelDirectory.open(runtime), endpoint);
  }

  /** The workers that serve a model; null where nobody says so, and any may. */
  workers(model: string): ReadonlySet<bigint> | null {
    return this.#directory.find(model)?.instances.get(this.#endpoint) ?? null;
  }

  /** Blocks that each worker has room for. */
  totalBlocks(): Map<bigint, number> {
    const totals = new Map<bigint, number>();
    for (const { card, instances } of this.#directory.list()) {
      const total = card.runtime_config?.total_kv_blocks ?? null;
      if (total === null) continue;
      for (const workerId of instances.get(this.#endpoint) ?? []) totals.set(workerId, total);
    }
    return totals;
  }

  /** Models whose blocks have another size than the router counts with: nothing of them is found in caches. */
  otherBlocks(blockSize: number): { readonly model: string; readonly blockSize: number }[] {
    return this.#directory
      .list()
      .filter(
        ({ card, instances }) =>
          instances.has(this.#endpoint) && card.kv_cache_block_size > 0 && card.kv_cache_block_size !== blockSize,
      )
      .map(({ name, card }) => ({ model: name, blockSize: card.kv_cache_block_size }));
  }

  /** Calls `listener` after each change. */
  onChange(listener: () => void): Disposable {
    return this.#directory.onChange(listener);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#directory[Symbol.asyncDispose]();
  }
}
