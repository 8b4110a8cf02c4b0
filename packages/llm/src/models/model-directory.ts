import type { DistributedRuntime, ServedModel as ServedRecord } from "@stator/runtime-native";

import { ModelCard } from "../generated/index.ts";

/** A model that workers serve now. */
export interface ServedModel {
  /** The name that requests ask for. */
  readonly name: string;
  /** The card of the worker that this process has known longest. */
  readonly card: ModelCard;
  /** When this process heard of it, in seconds since 1970. */
  readonly created: number;
  /** The instances that serve it, by the endpoint that takes the requests. */
  readonly instances: ReadonlyMap<string, ReadonlySet<bigint>>;
}

/** One worker's word that it serves a model. */
interface Known {
  /** `namespace.component.endpoint`, which takes requests for it. */
  readonly endpoint: string;
  readonly instanceId: bigint;
  /** When it was heard of, in seconds since 1970. */
  readonly since: number;
  readonly card: ModelCard;
}

/** The models that the workers of the cluster serve, by discovery: kept up to date until it is disposed of. */
export class ModelDirectory implements AsyncDisposable {
  #known: ReadonlyMap<string, Known> = new Map();
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
  static async open(runtime: DistributedRuntime): Promise<ModelDirectory> {
    const directory = new ModelDirectory();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    directory.#following = directory.#follow(runtime, resolve).catch((error: unknown) => {
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

  async #follow(runtime: DistributedRuntime, told: () => void): Promise<void> {
    for await (const records of runtime.models.watch({ signal: this.#ended.signal })) {
      this.#known = knownOf(records, this.#known);
      this.#models = null;
      told();
      for (const listener of this.#listeners) listener();
    }
  }

  #served(): ReadonlyMap<string, ServedModel> {
    return (this.#models ??= servedBy(this.#known.values()));
  }
}

/** Records whose card cannot be read, such as those of another kind of worker, are left out. */
function knownOf(records: readonly ServedRecord[], before: ReadonlyMap<string, Known>): Map<string, Known> {
  const known = new Map<string, Known>();
  const now = Math.floor(Date.now() / 1000);
  for (const { namespace, component, endpoint, instanceId, suffix, card } of records) {
    const read = ModelCard["~standard"].validate(card);
    if (read instanceof Promise || read.issues !== undefined) continue;
    const path = `${namespace}.${component}.${endpoint}`;
    const key = `${path}/${instanceId}/${suffix ?? ""}`;
    known.set(key, { endpoint: path, instanceId, since: before.get(key)?.since ?? now, card: read.value });
  }
  return known;
}

function servedBy(all: Iterable<Known>): ReadonlyMap<string, ServedModel> {
  type Growing = Omit<ServedModel, "instances"> & { readonly instances: Map<string, Set<bigint>> };
  const models = new Map<string, Growing>();
  for (const { card, since, endpoint, instanceId } of [...all].toSorted((a, b) => a.since - b.since)) {
    const name = card.display_name;
    const model: Growing = models.get(name) ?? {
      name,
      card,
      created: since,
      instances: new Map<string, Set<bigint>>(),
    };
    models.set(name, model);
    const instances = model.instances.get(endpoint) ?? new Set<bigint>();
    model.instances.set(endpoint, instances.add(instanceId));
  }
  return models;
}
