import type { RawAddon } from "../generated/bindings/raw-addon.ts";
import { SLOTS } from "./event.ts";
import { BLOCKED, OPERATION_FLAG } from "./operation.ts";
import { Msgpack, type Payload } from "./payload.ts";

/** Operations that one batch holds. */
const MAX_RECORDS = 1_024;

/** Text and bytes that a batch collects before it is handed over without waiting for the end of the turn. */
const MAX_SIZE = 64 * 1_024;

/** Bytes of at least this size leave at once, by themselves, so that nobody has to copy them before they do. */
const DIRECT = 16 * 1_024;

/** Microtasks without a new operation after which a batch counts as complete: a generator needs three for an item. */
const QUIET_MICROTASKS = 4;

const NO_BYTES = new Uint8Array(0);

/** Hears what became of a batch. */
export interface OutboxListener {
  /** The call may not send more for now. */
  callBlocked(id: number): void;
  servedBlocked(id: number): void;
  /** There is something to drain, and nobody will call for it. */
  arrived(): void;
}

/** Collects operations until the turn's microtasks are done, then hands them over in one call. */
export class Outbox {
  readonly #addon: RawAddon;
  readonly #runtime: number;
  readonly #listener: OutboxListener;
  readonly #records = new Uint32Array(MAX_RECORDS * SLOTS);
  #count = 0;
  #text = "";
  #bytes: Uint8Array[] = [];
  #byteCount = 0;
  #scheduled = false;
  #seen = 0;
  #quiet = 0;
  /** Somebody will flush at the end of this turn. */
  #held = false;
  #closed = false;
  /** Batches that have been handed over so far. */
  batches = 0;

  /** `runtime`: its number in the addon. */
  constructor(addon: RawAddon, runtime: number, listener: OutboxListener) {
    this.#addon = addon;
    this.#runtime = runtime;
    this.#listener = listener;
  }

  /** Adds an operation; `payload` goes into its lane. */
  push(head: number, id: number, payload: Payload | null, slot3 = 0): void {
    if (this.#byteCount > 0 && isDirect(payload)) this.flush();
    const at = this.#count * SLOTS;
    const records = this.#records;
    records[at] = head;
    records[at + 1] = id;
    records[at + 2] = 0;
    records[at + 3] = slot3;
    this.#added(payload !== null && this.#lane(at, payload));
  }

  /** Adds the start of a call: see `call` in the layout. */
  pushCall(
    head: number,
    id: number,
    payload: Payload | null,
    client: number,
    timeoutMs: number,
    options: string,
    instanceId: bigint,
  ): void {
    if (this.#byteCount > 0 && isDirect(payload)) this.flush();
    const at = this.#count * SLOTS;
    const records = this.#records;
    records[at] = head;
    records[at + 1] = id;
    records[at + 2] = 0;
    records[at + 3] = client;
    records[at + 4] = timeoutMs;
    records[at + 5] = options.length;
    if (options !== "") this.#text += options;
    if (instanceId === 0n) {
      records[at + 6] = 0;
      records[at + 7] = 0;
    } else {
      records[at + 6] = Number(instanceId & 0xffffffffn);
      records[at + 7] = Number(instanceId >> 32n);
    }
    this.#added(payload !== null && this.#lane(at, payload));
  }

  /** Whether the batch is so full that a producer should flush before it goes on. */
  get isFull(): boolean {
    return this.#count >= MAX_RECORDS / 2 || this.#text.length + this.#byteCount >= MAX_SIZE;
  }

  /** Runs `turn`; what it pushes is handed over once at its end. */
  hold(turn: () => void): void {
    const outer = this.#held;
    this.#held = true;
    try {
      turn();
    } finally {
      this.#held = outer;
      this.flush();
    }
  }

  /** Drops what has not been handed over, and whatever comes. */
  close(): void {
    this.#closed = true;
  }

  flush(): void {
    const count = this.#count;
    if (count === 0) return;
    const text = this.#text;
    const bytes = this.#byteCount === 0 ? NO_BYTES : join(this.#bytes, this.#byteCount);
    this.#count = 0;
    this.#text = "";
    this.#bytes = [];
    this.#byteCount = 0;
    if (this.#closed) return;
    this.batches++;
    const result = this.#addon.submit(this.#runtime, text, text.length, this.#records, count, bytes);
    const blocked = result >>> 1;
    for (let index = 0; index < blocked; index++) {
      const id = this.#records[index * 2 + 1] as number;
      if (this.#records[index * 2] === BLOCKED.call) this.#listener.callBlocked(id);
      else this.#listener.servedBlocked(id);
    }
    if ((result & 1) !== 0) this.#listener.arrived();
  }

  /** Puts a payload into its lane; says whether it has to leave now, since it was not copied. */
  #lane(at: number, payload: Payload): boolean {
    this.#records[at + 2] = payload.length;
    if (typeof payload === "string") {
      this.#text += payload;
    } else if (payload instanceof Msgpack) {
      this.#records[at] = (this.#records[at] as number) | OPERATION_FLAG.msgpack;
      this.#bytes.push(payload.bytes);
      this.#byteCount += payload.length;
    } else {
      this.#records[at] = (this.#records[at] as number) | OPERATION_FLAG.bytes;
      const direct = isDirect(payload);
      // Copied now: the caller may change its array before the batch leaves.
      this.#bytes.push(direct ? payload : new Uint8Array(payload));
      this.#byteCount += payload.length;
      return direct;
    }
    return false;
  }

  #added(leaves: boolean): void {
    this.#count++;
    if (leaves || this.#count === MAX_RECORDS || this.#byteCount + this.#text.length > 4 * MAX_SIZE) {
      this.flush();
    } else if (!this.#scheduled && !this.#held) {
      this.#scheduled = true;
      this.#quiet = 0;
      queueMicrotask(this.#settle);
    }
  }

  /** Hands the batch over when nothing was added for a few microtasks. */
  readonly #settle = (): void => {
    if (this.#count !== this.#seen) {
      this.#seen = this.#count;
      this.#quiet = 0;
    }
    if (this.#count > 0 && ++this.#quiet < QUIET_MICROTASKS) {
      queueMicrotask(this.#settle);
      return;
    }
    this.#scheduled = false;
    if (!this.#held) this.flush();
  };
}

/** Whether a payload leaves with the batch that it comes into, at once. */
function isDirect(payload: Payload | null): boolean {
  return payload instanceof Uint8Array && payload.length >= DIRECT && payload.buffer instanceof ArrayBuffer;
}

function join(parts: Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const joined = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
