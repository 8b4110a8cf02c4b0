import type { RawAddon } from "../generated/bindings/raw-addon.ts";
import { SLOTS } from "./event.ts";
import { BLOCKED, OPERATION_FLAG } from "./operation.ts";
import { Msgpack, type Payload } from "./payload.ts";

/** Operations that one batch holds. */
const MAX_RECORDS = 1_024;

/** Bytes that a batch collects before one that makes items should hand it over. */
const MAX_SIZE = 64 * 1_024;

/** Bytes that a batch has room for. What is larger gets room of its own, for as long as that batch lives. */
const ROOM = 4 * MAX_SIZE;

/**
 * Operations of one stream after which a batch is handed over: its reader takes them while more are made. Where many streams
 * are under way the reader has work enough, and larger batches are less work.
 */
const PART = 128;

/** Bytes of at least this size leave at once, by themselves, so that nobody has to copy them before they do. */
const DIRECT = 16 * 1_024;

/** Texts of more units are measured before they are written; below that the room for the longest possible is there. */
const SHORT = 4_096;

/** Microtasks without a new operation after which a batch counts as complete: a generator needs three for an item. */
const QUIET_MICROTASKS = 4;

const NO_BYTES = new Uint8Array(0);

/** A buffer with its `write` for UTF-8 that looks at no arguments. Both engines have it, and no declaration does. */
interface Payloads extends Buffer {
  utf8Write(text: string, at: number): number;
}

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
  readonly #room = allocate(ROOM);
  /** Payloads one after another, texts as UTF-8: `#room`, or larger. */
  #payloads = this.#room;
  #used = 0;
  /** A payload that leaves at once and is not copied. */
  #direct: Uint8Array = NO_BYTES;
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

  /** Adds an operation with its payload, if it has one. */
  push(head: number, id: number, payload: Payload | null, slot3 = 0): void {
    if (payload !== null) this.#makeRoom(payload, 0);
    const at = this.#count * SLOTS;
    const records = this.#records;
    records[at] = head;
    records[at + 1] = id;
    records[at + 2] = 0;
    records[at + 3] = slot3;
    if (payload !== null) this.#add(at, payload);
    this.#added();
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
    this.#makeRoom(payload ?? "", 3 * options.length);
    const at = this.#count * SLOTS;
    const records = this.#records;
    records[at] = head;
    records[at + 1] = id;
    records[at + 2] = 0;
    records[at + 3] = client;
    records[at + 4] = timeoutMs;
    records[at + 5] = options === "" ? 0 : this.#write(options);
    if (instanceId === 0n) {
      records[at + 6] = 0;
      records[at + 7] = 0;
    } else {
      records[at + 6] = Number(instanceId & 0xffffffffn);
      records[at + 7] = Number(instanceId >> 32n);
    }
    if (payload !== null) this.#add(at, payload);
    this.#added();
  }

  /** Whether the batch is so full that one of so many streams should flush before it goes on. */
  isFull(streams: number): boolean {
    return this.#count >= Math.min(MAX_RECORDS / 2, PART * streams) || this.#used >= MAX_SIZE;
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
    const payloads = this.#payloads;
    const used = this.#used;
    const direct = this.#direct;
    this.#count = 0;
    this.#payloads = this.#room;
    this.#used = 0;
    this.#direct = NO_BYTES;
    if (this.#closed) return;
    this.batches++;
    const result = this.#addon.submit(this.#runtime, payloads, used, this.#records, count, direct);
    const blocked = result >>> 1;
    for (let index = 0; index < blocked; index++) {
      const id = this.#records[index * 2 + 1] as number;
      if (this.#records[index * 2] === BLOCKED.call) this.#listener.callBlocked(id);
      else this.#listener.servedBlocked(id);
    }
    if ((result & 1) !== 0) this.#listener.arrived();
  }

  /** Makes sure that a payload fits, with so many bytes more; hands over what is there if it would not. */
  #makeRoom(payload: Payload, more: number): void {
    const need = more + roomFor(payload);
    if (this.#used + need <= this.#payloads.length) return;
    this.flush();
    if (need > ROOM) this.#payloads = allocate(need);
  }

  /** Puts a payload into the batch, in which there is room for it. */
  #add(at: number, payload: Payload): void {
    const records = this.#records;
    if (typeof payload === "string") {
      records[at + 2] = this.#write(payload);
      return;
    }
    records[at + 2] = payload.length;
    if (payload instanceof Msgpack) {
      records[at] = (records[at] as number) | OPERATION_FLAG.msgpack;
      this.#copy(payload.bytes);
    } else if (isDirect(payload)) {
      records[at] = (records[at] as number) | OPERATION_FLAG.direct;
      this.#direct = payload;
    } else {
      records[at] = (records[at] as number) | OPERATION_FLAG.bytes;
      // The caller may change its array before the batch leaves.
      this.#copy(payload);
    }
  }

  /** Writes a text; gives its length in bytes. */
  #write(text: string): number {
    const written = this.#payloads.utf8Write(text, this.#used);
    this.#used += written;
    return written;
  }

  #copy(bytes: Uint8Array): void {
    this.#payloads.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #added(): void {
    this.#count++;
    // What is not copied leaves now.
    if (this.#direct !== NO_BYTES || this.#count === MAX_RECORDS) {
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

function allocate(size: number): Payloads {
  return Buffer.allocUnsafeSlow(size) as Payloads;
}

/** Whether a payload leaves with the batch that it comes into, at once. */
function isDirect(payload: Uint8Array): boolean {
  return payload.length >= DIRECT && payload.buffer instanceof ArrayBuffer;
}

/** Bytes that a payload takes at the most. No unit of a text takes more than three. */
function roomFor(payload: Payload): number {
  if (typeof payload === "string") {
    return payload.length <= SHORT ? 3 * payload.length : Buffer.byteLength(payload);
  }
  return payload instanceof Uint8Array && isDirect(payload) ? 0 : payload.length;
}
