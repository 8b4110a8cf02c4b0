import { decodeText } from "../crossing/payload.ts";
import type { StandardSchemaV1 } from "../generated/support/standard-schema.ts";
import type { KvEntry as StoredEntry } from "../generated/types/kv-entry.ts";
import type { JsonValue } from "../json-value.ts";
import { StatorError } from "../stator-error.ts";
import { checkedBy } from "../checked-by.ts";
import { bytesOf } from "./stored-value.ts";

/** A key with its value, as it stood when it was read. */
export class KvEntry {
  /** Its name in the store. */
  readonly key: string;
  /** The revision of the store at which the value was written. Larger ones are later. */
  readonly revision: bigint;
  /** The revision at which the key came into being; another one after it was deleted and written again. */
  readonly createRevision: bigint;
  readonly #stored: StoredEntry["value"];
  #bytes: Uint8Array | undefined;

  /** @internal */
  constructor(stored: StoredEntry) {
    this.key = stored.key;
    this.revision = BigInt(stored.revision);
    this.createRevision = BigInt(stored.created);
    this.#stored = stored.value;
  }

  /** The bytes as they were written; for a value that was written as JSON, its text in UTF-8. */
  get value(): Uint8Array {
    return (this.#bytes ??= bytesOf(this.#stored));
  }

  /**
   * The bytes as text.
   *
   * @throws StatorError `invalid_response` when they are not UTF-8.
   */
  text(): string {
    if ("text" in this.#stored) return this.#stored.text;
    throw new StatorError("invalid_response", `the value of ${JSON.stringify(this.key)} is not text in UTF-8`);
  }

  /**
   * The value that was written as JSON; integers beyond 2^53 arrive as `bigint`. Its type is what you say: see
   * {@link parse} for a check.
   *
   * @throws StatorError `invalid_response` when it is not JSON.
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what was written
  json<T = JsonValue>(): T {
    const text = this.text();
    try {
      return decodeText(text) as T;
    } catch (cause) {
      throw new StatorError("invalid_response", `the value of ${JSON.stringify(this.key)} is not JSON`, { cause });
    }
  }

  /**
   * The value that was written as JSON, checked by a schema of zod, valibot, ArkType or any other Standard Schema.
   *
   * @throws StatorError `invalid_response` when it does not fit; `details` has the issues.
   */
  parse<Schema extends StandardSchemaV1>(schema: Schema): Promise<StandardSchemaV1.InferOutput<Schema>> {
    return checkedBy(schema, this.json<unknown>(), "invalid_response", `the value of ${JSON.stringify(this.key)}`);
  }
}
