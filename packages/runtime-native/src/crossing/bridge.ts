import { StatorError, type WireError } from "../stator-error.ts";
import { drainMicrotasks } from "./drain-microtasks.ts";
import { EVENT, EVENT_FLAG, SLOTS } from "./event.ts";
import { KeepAlive } from "./keep-alive.ts";
import { loadAddon } from "./load-addon.ts";
import type { NativeRuntime } from "./native-addon.ts";
import { OPERATION } from "./operation.ts";
import { Outbox } from "./outbox.ts";
import { Turn } from "./turn.ts";

/** Events that one drain takes. */
const MAX_EVENTS = 2_048;

const INSTANCE_UNKNOWN = 0n;

/** A client call, as events reach it. */
export interface CallEvents {
  message(payload: string | Uint8Array, cost: number, last: boolean, low: number, high: number): void;
  ended(low: number, high: number): void;
  failed(error: StatorError, low: number, high: number): void;
  blocked(): void;
  writable(): void;
}

/** A served call, as events reach it. */
export interface ServedEvents {
  request(payload: string | Uint8Array, cost: number, last: boolean): void;
  requestEnded(): void;
  cancelled(reason: number): void;
  blocked(): void;
  writable(): void;
}

/** Makes served calls of one endpoint. `metadata` is JSON, empty for none; `timeoutMs` is null for none. */
export type OpenCall = (
  id: number,
  callId: string,
  metadata: string,
  timeoutMs: number | null,
  stream: boolean,
) => ServedEvents;

interface Pending {
  resolve(result: string): void;
  reject(error: StatorError): void;
}

/** One native runtime: what goes in and out of it, and whom it concerns. It keeps no state that the core has. */
export class Bridge {
  readonly outbox: Outbox;
  readonly keepAlive = new KeepAlive();
  readonly turn = new Turn((turn) => this.#run(turn));
  readonly calls = new Map<number, CallEvents>();
  readonly served = new Map<number, ServedEvents>();
  readonly endpoints = new Map<number, OpenCall>();
  readonly instances = new Map<number, (list: string) => void>();
  /** Resolves with the answer of the start. */
  readonly started: Promise<string>;
  readonly #native: NativeRuntime;
  readonly #records = new Uint32Array((MAX_EVENTS + 1) * SLOTS);
  readonly #pending = new Map<number, Pending>();
  #nextCommand = 1;
  #nextNumber = 1;
  #nextCall = 0;
  #closed = false;

  /** Starts the native runtime. Throws `StatorError` for options that will not do. */
  constructor(options: object, environment: Record<string, string>) {
    const { NativeRuntime } = loadAddon();
    this.started = this.#expect(0);
    // The start may fail while nobody waits for it yet.
    this.started.catch(() => {});
    try {
      this.#native = new NativeRuntime(JSON.stringify(options), JSON.stringify(environment), this.#wake);
    } catch (thrown) {
      this.keepAlive.close();
      throw fromNative(thrown);
    }
    this.outbox = new Outbox(this.#native, {
      callBlocked: (id) => this.calls.get(id)?.blocked(),
      servedBlocked: (id) => this.served.get(id)?.blocked(),
    });
  }

  /** A number for a client or an endpoint. */
  number(): number {
    return this.#nextNumber++;
  }

  /** A number for a call that no open call has. */
  callNumber(): number {
    do {
      this.#nextCall = (this.#nextCall + 1) >>> 0;
    } while (this.#nextCall === 0 || this.calls.has(this.#nextCall));
    return this.#nextCall;
  }

  /** Runs a command of the addon; the process stays alive until it is done. */
  command(command: object): Promise<string> {
    if (this.#closed) return Promise.reject(new StatorError("shutting_down", "this runtime has shut down"));
    const number = this.#nextCommand++;
    const result = this.#expect(number);
    this.outbox.flush();
    this.#native.command(number, JSON.stringify(command));
    return result;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const error = new StatorError("shutting_down", "this runtime has shut down");
    for (const pending of this.#pending.values()) pending.reject(error);
    for (const call of this.calls.values()) call.failed(error, 0, 0);
    this.#pending.clear();
    this.keepAlive.close();
    this.#native.close();
  }

  async #expect(number: number): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#pending.set(number, { resolve, reject });
    this.keepAlive.add();
    try {
      return await promise;
    } finally {
      this.keepAlive.remove();
    }
  }

  readonly #wake = (): void => {
    if (this.#closed) return;
    this.turn.begin();
    let more: boolean;
    do {
      more = this.#drain();
    } while (more && !this.turn.isLong);
    if (more) setImmediate(this.#wake);
  };

  #drain(): boolean {
    let more = false;
    this.#run(() => {
      const text = this.#native.drain(this.#records);
      const count = this.#records[0] as number;
      more = this.#records[1] !== 0;
      const bytes = this.#records[2] === 0 ? null : this.#native.takeBytes();
      this.#dispatch(text, bytes, count);
    });
    return more;
  }

  /** Runs `turn` and everything that waits for it; what they send leaves in one batch. */
  #run(turn: () => void): void {
    this.outbox.hold(() => {
      turn();
      drainMicrotasks();
    });
  }

  #dispatch(text: string, bytes: Uint8Array | null, count: number): void {
    const records = this.#records;
    let textAt = 0;
    let byteAt = 0;
    for (let at = SLOTS, end = (count + 1) * SLOTS; at < end; at += SLOTS) {
      const head = records[at] as number;
      const id = records[at + 1] as number;
      const length = records[at + 2] as number;
      let payload: string | Uint8Array = "";
      if (length > 0) {
        if ((head & EVENT_FLAG.bytes) === 0) {
          payload = text.substring(textAt, textAt + length);
          textAt += length;
        } else {
          // A copy, so that one item does not keep the whole batch alive. (`slice` of a Buffer would be a view.)
          payload = new Uint8Array((bytes as Uint8Array).subarray(byteAt, byteAt + length));
          byteAt += length;
        }
      } else if ((head & EVENT_FLAG.bytes) !== 0) {
        payload = new Uint8Array(0);
      }
      switch (head & 0xff) {
        case EVENT.message: {
          const last = (head & EVENT_FLAG.last) !== 0;
          const call = this.calls.get(id);
          call?.message(payload, records[at + 3] as number, last, records[at + 4] as number, records[at + 5] as number);
          break;
        }
        case EVENT.request:
          this.served.get(id)?.request(payload, records[at + 3] as number, (head & EVENT_FLAG.last) !== 0);
          break;
        case EVENT.open: {
          const metadataLength = records[at + 6] as number;
          const metadata = metadataLength === 0 ? "" : text.substring(textAt, textAt + metadataLength);
          textAt += metadataLength;
          const timeout = records[at + 4] as number;
          const open = this.endpoints.get(records[at + 3] as number);
          const stream = (head & EVENT_FLAG.stream) !== 0;
          const call = open?.(id, payload as string, metadata, timeout === 0xffffffff ? null : timeout, stream);
          if (call === undefined) this.outbox.push(OPERATION.release, id, null);
          else this.served.set(id, call);
          break;
        }
        case EVENT.end:
          this.calls.get(id)?.ended(records[at + 4] as number, records[at + 5] as number);
          break;
        case EVENT.fail: {
          const error = StatorError.fromWire(JSON.parse(payload as string) as WireError);
          this.calls.get(id)?.failed(error, records[at + 4] as number, records[at + 5] as number);
          break;
        }
        case EVENT.requestEnd:
          this.served.get(id)?.requestEnded();
          break;
        case EVENT.cancel:
          this.served.get(id)?.cancelled(records[at + 3] as number);
          break;
        case EVENT.servedWritable:
          this.served.get(id)?.writable();
          break;
        case EVENT.callWritable:
          this.calls.get(id)?.writable();
          break;
        case EVENT.result:
          this.#settle(id, payload as string, records[at + 3] === 1);
          break;
        case EVENT.instances:
          this.instances.get(id)?.(payload as string);
          break;
        default:
          break;
      }
    }
  }

  #settle(number: number, result: string, worked: boolean): void {
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    if (worked) pending?.resolve(result);
    else pending?.reject(StatorError.fromWire(JSON.parse(result) as WireError));
  }
}

/** The instance id that two halves make; null for none. */
export function instanceOf(low: number, high: number): bigint | null {
  const id = (BigInt(high) << 32n) | BigInt(low);
  return id === INSTANCE_UNKNOWN ? null : id;
}

/** What the addon throws has the typed error as JSON in its message. */
export function fromNative(thrown: unknown): StatorError {
  if (thrown instanceof StatorError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  try {
    return StatorError.fromWire(JSON.parse(message) as WireError);
  } catch {
    return new StatorError("internal", message, { cause: thrown });
  }
}
