import type { DistributedRuntime } from "@stator/runtime-native";

import type { ModelCard } from "../generated/index.ts";
import { kvModelRecords, type ModelRecord, type ModelRecords } from "./model-records.ts";

/** A model that workers serve now. */
export interface ServedModel {
  /** The name that requests ask for. */
  readonly name: string;
  /** The card of the worker that has registered first. */
  readonly card: ModelCard;
  /** When that was, in seconds since 1970. */
  readonly created: number;
  /** The instances that serve it, by the endpoint that takes the requests. */
  readonly instances: ReadonlyMap<string, ReadonlySet<bigint>>;
}

/** The models that the workers of the cluster serve, by discovery: kept up to date until it is disposed of. */
export class ModelDirectory implements AsyncDisposable {
  readonly #records = new Map<string, ModelRecord>();
  #models: ReadonlyMap<string, ServedModel> | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #ended = new AbortController();
  #following: Promise<void> = Promise.resolve();

  private constructor() {}

  /**
   * Opens the directory; it knows what is there already.
   *
   * @throws StatorError `discovery`, `permission_denied`, `shutting_down`.
   */
  static async open(
    runtime: DistributedRuntime,
    records: ModelRecords = kvModelRecords(runtime),
  ): Promise<ModelDirectory> {
    const directory = new ModelDirectory();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    directory.#following = directory.#follow(records, resolve).catch((error: unknown) => {
      reject(error);
      // Whatever ends the watch later, such as the runtime's shutdown, leaves what is known.
    });
    await promise;
    return directory;
  }

  /** The model of that name; null if nobody serves it. */
  find(name: string): ServedModel | null {
    return this.#served().get(name) ?? null;
  }

  /** All of them, by name. */
  list(): ServedModel[] {
    return [...this.#served().values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Calls `listener` after each change. Dispose of the result to stop. */
  onChange(listener: () => void): Disposable {
    const own = (): void => listener();
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /** The model of that name, as soon as somebody serves it. Rejects with the signal's reason. */
  async waitFor(name: string, signal: AbortSignal): Promise<ServedModel> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<ServedModel>();
    const look = (): void => {
      const model = this.find(name);
      if (model !== null) resolve(model);
    };
    const aborted = (): void => reject(signal.reason as Error);
    const listening = this.onChange(look);
    signal.addEventListener("abort", aborted, { once: true });
    look();
    try {
      return await promise;
    } finally {
      listening[Symbol.dispose]();
      signal.removeEventListener("abort", aborted);
    }
  }

  /** Stops following. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#following;
  }

  async #follow(records: ModelRecords, told: () => void): Promise<void> {
    for await (const change of records.watch(this.#ended.signal, told)) {
      if ("put" in change) this.#records.set(change.put.key, change.put);
      else this.#records.delete(change.deleted);
      this.#models = null;
      for (const listener of this.#listeners) listener();
    }
  }

  #served(): ReadonlyMap<string, ServedModel> {
    return (this.#models ??= servedBy(this.#records.values()));
  }
}

function servedBy(records: Iterable<ModelRecord>): ReadonlyMap<string, ServedModel> {
  type Growing = Omit<ServedModel, "instances"> & { readonly instances: Map<string, Set<bigint>> };
  const models = new Map<string, Growing>();
  const inOrder = [...records].toSorted((a, b) => a.created - b.created || (a.key < b.key ? -1 : 1));
  for (const { card, created, endpoint, instanceId } of inOrder) {
    const name = card.display_name;
    const model: Growing = models.get(name) ?? { name, card, created, instances: new Map<string, Set<bigint>>() };
    models.set(name, model);
    const instances = model.instances.get(endpoint) ?? new Set<bigint>();
    model.instances.set(endpoint, instances.add(instanceId));
  }
  return models;
}
