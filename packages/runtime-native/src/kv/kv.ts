import type { KvActionInput } from "../generated/types/kv-action.ts";
import type { KvEntry as StoredEntry } from "../generated/types/kv-entry.ts";
import type { KvHeld } from "../generated/types/kv-held.ts";
import type { KvPage as StoredPage } from "../generated/types/kv-page.ts";
import type { KvWritten } from "../generated/types/kv-written.ts";
import { StatorError } from "../stator-error.ts";
import { checkSignal } from "../calling/check-call-options.ts";
import { milliseconds } from "../milliseconds.ts";
import { checkedBy } from "../checked-by.ts";
import { KvEntry } from "./kv-entry.ts";
import { KvLease } from "./kv-lease.ts";
import { KvLeadership, KvLock } from "./kv-lock.ts";
import type {
  KvDeleteOptions,
  KvElectOptions,
  KvGuard,
  KvLeaseOptions,
  KvListOptions,
  KvLockOptions,
  KvWatchOptions,
  KvWriteOptions,
} from "./kv-options.ts";
import { KvFeed } from "./kv-feed.ts";
import type { KvPort } from "./kv-port.ts";
import { KvWatch } from "./kv-watch.ts";
import { leaders } from "./leaders.ts";
import { storedValue } from "./stored-value.ts";

const TTL_MS = 10_000;
const LIMIT = 100;

/** A part of a list. */
export interface KvPage {
  /** Sorted by the bytes of their keys. A page ends early when it has 8 MiB. */
  readonly entries: readonly KvEntry[];
  /** The revision of the store that it shows. */
  readonly revision: bigint;
  /** `after` for the next page; null when there is none. */
  readonly next: string | null;
}

/** What became of a compare-and-swap. */
export type KvSwap =
  | {
      /** It was written. */
      readonly swapped: true;
      /** The revision at which it was written. */
      readonly revision: bigint;
    }
  | {
      /** Somebody else was first; nothing was written. */
      readonly swapped: false;
      /** What is there now; null for nothing. */
      readonly current: KvEntry | null;
    };

/**
 * The store of keys and values: where discovery is, unless the option `kv` says otherwise. It is opened with the first
 * call, and what is held of it is given up when the runtime shuts down.
 *
 * Keys are text of 1 to 512 bytes of UTF-8, values have at most 1 MiB. Everything fails with `invalid_argument` or
 * `payload_too_large` for what is not so, `discovery` or `permission_denied` when the back end cannot be used, and
 * `shutting_down`.
 */
export class Kv {
  readonly #port: KvPort;

  /** @internal */
  constructor(port: KvPort) {
    this.#port = port;
  }

  /** The entry of a key; null when there is none. */
  async get(key: string): Promise<KvEntry | null> {
    const found = await this.#port.ask<StoredEntry | null>({ do: "get", key });
    return found === null ? null : new KvEntry(found);
  }

  /** A page of those whose keys begin with `prefix`. */
  async list(prefix = "", options: KvListOptions = {}): Promise<KvPage> {
    const { limit = LIMIT, after = null } = options;
    if (!Number.isInteger(limit) || limit < 1 || limit > 0xffff_ffff) {
      throw new StatorError("invalid_argument", `limit is ${String(limit)}; give an integer from 1 to 1000`);
    }
    const page = await this.#port.ask<StoredPage>({ do: "list", prefix, after, limit });
    const entries = page.entries.map((entry) => new KvEntry(entry));
    return { entries, revision: BigInt(page.revision), next: page.more ? (entries.at(-1)?.key ?? null) : null };
  }

  /** All entries whose keys begin with `prefix`, page by page. What changes meanwhile may be in it or not. */
  async *entries(prefix = ""): AsyncGenerator<KvEntry, void, void> {
    let after: string | null = null;
    do {
      const page: KvPage = await this.list(prefix, { limit: 1000, after: after ?? undefined });
      yield* page.entries;
      after = page.next;
    } while (after !== null);
  }

  /**
   * Writes a value, whatever was there: bytes as they are, anything else as JSON. Gives the revision that it has.
   *
   * @throws StatorError `unknown_outcome` when etcd was lost meanwhile; `conflict` when `guard` or `lease` is not held any
   * more; `overloaded` when the store in memory or in a folder is full (65,536 keys, 64 MiB); `invalid_argument` when
   * the value does not fit `schema`.
   */
  async put(key: string, value: unknown, options: KvWriteOptions = {}): Promise<bigint> {
    const written = await this.#write(key, value, { is: "anything" }, options);
    // Nothing is expected, so nothing else can be.
    return written.outcome === "written" ? BigInt(written.revision) : 0n;
  }

  /**
   * Writes a value if the one that is there was written at `revision`; null: if there is none. One of many who do the same
   * succeeds.
   *
   * @throws StatorError as `put`.
   */
  async compareAndSwap(
    key: string,
    revision: bigint | null,
    value: unknown,
    options: KvWriteOptions = {},
  ): Promise<KvSwap> {
    const written = await this.#write(key, value, expected(revision), options);
    if (written.outcome === "written") return { swapped: true, revision: BigInt(written.revision) };
    const current = written.outcome === "mismatch" ? written.current : null;
    return { swapped: false, current: current ? new KvEntry(current) : null };
  }

  /**
   * Deletes a key. False when there was none, or not of that revision.
   *
   * @throws StatorError `unknown_outcome` when etcd was lost meanwhile; `conflict` when `guard` is not held any more.
   */
  async delete(key: string, options: KvDeleteOptions = {}): Promise<boolean> {
    const { revision, guard } = options;
    const expect = revision === undefined ? ({ is: "anything" } as const) : expected(revision);
    const written = await this.#port.ask<KvWritten>({ do: "delete", key, expect, guard: guardOf(guard) });
    return written.outcome === "written";
  }

  /** Follows all keys that begin with `prefix`; `{ key }` follows one. A watch looks after 65,536 keys at most. */
  watch(what: string | { readonly key: string } = "", options: KvWatchOptions = {}): KvWatch {
    const { initial = true, signal } = options;
    const of = typeof what === "string" ? { prefix: what } : { key: what.key };
    return new KvWatch(new KvFeed(this.#port, of, signal), initial);
  }

  /** A lease to write keys with. */
  async lease(options: KvLeaseOptions = {}): Promise<KvLease> {
    const ttlMs = ttlOf(options);
    const [number, held] = await this.#hold((own) => ({ do: "lease", held: own, ttlMs }), options.signal);
    return new KvLease(this.#port, number, held);
  }

  /**
   * Waits until the lock is free, and holds it. Those who wait get it in the order in which they came.
   *
   * @throws StatorError `deadline_exceeded` after `waitMs`, `cancelled` by `signal`, `conflict` when the place in the queue
   * was lost, as by a suspension.
   */
  async lock(name: string, options: KvLockOptions = {}): Promise<KvLock> {
    const [number, held] = await this.#claim("lock", name, null, options);
    return new KvLock(this.#port, number, held, name);
  }

  /**
   * Stands for an election, and resolves when it is won: the candidate that came first leads. Its `signal` tells when the
   * leadership was lost.
   *
   * @throws StatorError as `lock`.
   */
  async elect(name: string, options: KvElectOptions = {}): Promise<KvLeadership> {
    const [number, held] = await this.#claim("election", name, options.value ?? null, options);
    return new KvLeadership(this.#port, number, held, name);
  }

  /** The leader's entry, with the value that it stood with; null when there is none. */
  async leader(name: string): Promise<KvEntry | null> {
    const found = await this.#port.ask<StoredEntry | null>({ do: "holder", kind: "election", name });
    return found === null ? null : new KvEntry(found);
  }

  /** The leader of now, and then each next one; null while there is none. */
  observe(name: string, options: Pick<KvWatchOptions, "signal"> = {}): AsyncGenerator<KvEntry | null, void, void> {
    return leaders(new KvFeed(this.#port, { election: name }, options.signal));
  }

  async #write(
    key: string,
    value: unknown,
    expect: Expectation,
    { guard, lease, ttlMs, schema }: KvWriteOptions,
  ): Promise<KvWritten> {
    const checked =
      schema === undefined ? value : await checkedBy(schema, value, "invalid_argument", `the value for ${key}`);
    return await this.#port.ask<KvWritten>({
      do: "put",
      key,
      value: storedValue(checked),
      expect,
      guard: guardOf(guard),
      lease: lease?.number ?? null,
      ttlMs: milliseconds("ttlMs", ttlMs, 1),
    });
  }

  #claim(kind: "lock" | "election", name: string, value: unknown, options: KvLockOptions): Promise<[number, KvHeld]> {
    const ttlMs = ttlOf(options);
    const waitMs = milliseconds("waitMs", options.waitMs, 0);
    const stored = storedValue(value);
    return this.#hold((held) => ({ do: "claim", held, kind, name, value: stored, ttlMs, waitMs }), options.signal);
  }

  async #hold(action: (held: number) => KvActionInput, signal: AbortSignal | undefined): Promise<[number, KvHeld]> {
    checkSignal(signal);
    const number = this.#port.number();
    try {
      return [number, await this.#port.ask<KvHeld>(action(number), signal)];
    } catch (error) {
      // The core may have it by now, or be about to.
      this.#port.tell({ do: "release", held: number });
      throw error;
    }
  }
}

type Expectation = Extract<KvActionInput, { do: "delete" }>["expect"];

function expected(revision: bigint | null): Expectation {
  if (revision === null) return { is: "absent" };
  if (typeof revision === "bigint") return { is: "at", revision: revision.toString() };
  throw new StatorError("invalid_argument", `revision is ${String(revision)}; give the bigint of an entry, or null`);
}

function guardOf(guard: KvGuard | undefined): { key: string; token: string } | null {
  return guard === undefined ? null : { key: guard.key, token: guard.token.toString() };
}

function ttlOf({ ttlMs = TTL_MS }: KvLeaseOptions): number {
  const checked = milliseconds("ttlMs", ttlMs, 1);
  if (checked !== null) return checked;
  throw new StatorError("invalid_argument", "ttlMs is Infinity; give at most a day");
}
