import { HASH_DIGITS } from "../contract/endpoint-contract.ts";
import { errorFromWire } from "../error-from-wire.ts";
import type { WireError } from "../stator-error.ts";
import { EVENT, EVENT_FLAG, SLOTS } from "./event.ts";
import type { NativeRuntime, RawAddon } from "../generated/bindings/raw-addon.ts";
import { type Arrived, decodeText, LongIntegers, Msgpack } from "./payload.ts";
import type { ArrivedEvent, Receivers } from "./receivers.ts";

/** What a record before an event says of it. */
type EventHead = Pick<ArrivedEvent, "sequence" | "publishedAt">;

/** Events that one drain takes. */
const MAX_EVENTS = 2_048;

/** No time limit, in the record that opens a call. */
const NO_TIMEOUT = 0xffff_ffff;

/** Flags of payloads that are more than a text. */
const UNUSUAL = EVENT_FLAG.blob | EVENT_FLAG.bytes | EVENT_FLAG.msgpack | EVENT_FLAG.longInteger;

const NO_BYTES = new Uint8Array(0);

/** Hears of what concerns no call or endpoint of the receivers. */
export interface InboxListener {
  /** A command is done. */
  result(number: number, result: string, worked: boolean): void;
  /** A call came for an endpoint that is not served any more. */
  unwanted(id: number): void;
  /** The socket of a connection is to be read; the descriptor belongs to whoever hears this. */
  attach(connection: number, descriptor: number): void;
  /** The runtime has another instance id, given in two halves. */
  instanceId(low: number, high: number): void;
  /** Two contracts are to be compared: the service's document, and the dispute as JSON. */
  dispute(number: number, document: string, dispute: string): void;
  /** The application is asked something: one of `QUESTION`. */
  question(number: number, question: number): void;
}

/**
 * Takes batches of events from the addon and tells each to whom it concerns.
 *
 * The place in the batch stands in fields: when the receiver of an event throws, or runs the event loop itself, the
 * events behind it are still told, once and in order.
 */
export class Inbox {
  readonly #addon: RawAddon;
  readonly #native: NativeRuntime;
  readonly #runtime: number;
  readonly #receivers: Receivers;
  readonly #listener: InboxListener;
  readonly #records = new Uint32Array((MAX_EVENTS + 1) * SLOTS);
  #text = "";
  #bytes: Uint8Array = NO_BYTES;
  #at = 0;
  #end = 0;
  #textAt = 0;
  #byteAt = 0;
  #eventHead: EventHead = { sequence: 0n, publishedAt: 0 };
  /** Events that have been told so far. */
  told = 0;

  constructor(addon: RawAddon, native: NativeRuntime, receivers: Receivers, listener: InboxListener) {
    this.#addon = addon;
    this.#native = native;
    this.#runtime = native.number();
    this.#receivers = receivers;
    this.#listener = listener;
  }

  /** Whether a part of a batch has not been told. */
  get isInterrupted(): boolean {
    return this.#at < this.#end;
  }

  /** Tells what has arrived, up to the size of a batch; says whether there is more. */
  drain(): boolean {
    this.#tellAll();
    this.#text = this.#addon.drain(this.#runtime, this.#records);
    const records = this.#records;
    const more = records[1] !== 0;
    this.#bytes = records[2] === 0 ? NO_BYTES : plainView(this.#native.takeBytes());
    this.#textAt = 0;
    this.#byteAt = 0;
    this.#at = SLOTS;
    this.#end = ((records[0] as number) + 1) * SLOTS;
    this.#tellAll();
    return more;
  }

  #tellAll(): void {
    while (this.#at < this.#end) {
      const at = this.#at;
      this.#at = at + SLOTS;
      this.told++;
      this.#tell(at);
    }
    this.#text = "";
    this.#bytes = NO_BYTES;
  }

  #tell(at: number): void {
    const records = this.#records;
    const head = records[at] as number;
    const id = records[at + 1] as number;
    const payload = this.#payload(head, records[at + 2] as number);
    const { calls, served, endpoints, instances, subscriptions } = this.#receivers;
    switch (head & 0xff) {
      case EVENT.message: {
        const last = (head & EVENT_FLAG.last) !== 0;
        const cost = records[at + 3] as number;
        calls.get(id)?.message(payload, cost, last, records[at + 4] as number, records[at + 5] as number);
        break;
      }
      case EVENT.request: {
        const call = served.get(id);
        call?.request(payload, records[at + 3] as number);
        if ((head & EVENT_FLAG.last) !== 0) call?.requestEnded();
        break;
      }
      case EVENT.open: {
        const metadata = this.#takeText(records[at + 6] as number);
        const timeout = records[at + 4] as number;
        const timeoutMs = timeout === NO_TIMEOUT ? null : timeout;
        const stream = (head & EVENT_FLAG.stream) !== 0;
        const endpoint = endpoints.get(records[at + 3] as number);
        if (endpoint === undefined) {
          this.#listener.unwanted(id);
          break;
        }
        let callId = payload as string;
        let callerContract = (head & EVENT_FLAG.sameContract) === 0 ? null : endpoint.contract;
        if ((head & EVENT_FLAG.otherContract) !== 0) {
          callerContract = callId.slice(-HASH_DIGITS);
          callId = callId.slice(0, -HASH_DIGITS);
        }
        served.add(id, endpoint.open(id, callId, metadata, timeoutMs, stream, callerContract));
        break;
      }
      case EVENT.end:
        calls.get(id)?.ended(records[at + 4] as number, records[at + 5] as number);
        break;
      case EVENT.fail: {
        const error = errorFromWire(decodeText(payload as string) as WireError);
        calls.get(id)?.failed(error, records[at + 4] as number, records[at + 5] as number);
        break;
      }
      case EVENT.requestEnd:
        served.get(id)?.requestEnded();
        break;
      case EVENT.cancel:
        served.get(id)?.cancelled(records[at + 3] as number);
        break;
      case EVENT.servedWritable:
        served.get(id)?.writable();
        break;
      case EVENT.callWritable:
        calls.get(id)?.writable();
        break;
      case EVENT.result:
        this.#listener.result(id, payload as string, records[at + 3] === 1);
        break;
      case EVENT.instances:
        instances.get(id)?.(payload as string);
        break;
      case EVENT.dispute:
        this.#listener.dispute(id, payload as string, this.#takeText(records[at + 6] as number));
        break;
      case EVENT.question:
        this.#listener.question(id, records[at + 3] as number);
        break;
      case EVENT.attach:
        this.#listener.attach(id, records[at + 3] as number);
        break;
      case EVENT.instanceId:
        this.#listener.instanceId(records[at + 4] as number, records[at + 5] as number);
        break;
      case EVENT.eventHead:
        this.#eventHead = {
          sequence: wide(records[at + 3] as number, records[at + 4] as number),
          publishedAt: Number(wide(records[at + 5] as number, records[at + 6] as number)),
        };
        break;
      case EVENT.event: {
        const cost = records[at + 3] as number;
        const publisherId = wide(records[at + 4] as number, records[at + 5] as number);
        const event = { payload, cost, publisherId, ...this.#eventHead };
        subscriptions.get(id)?.arrived(event, records[at + 6] as number);
        break;
      }
      case EVENT.eventsEnd: {
        const error = payload === "" ? null : errorFromWire(decodeText(payload as string) as WireError);
        subscriptions.get(id)?.ended(error);
        break;
      }
      default:
        break;
    }
  }

  #payload(head: number, length: number): Arrived {
    if ((head & UNUSUAL) === 0) return length === 0 ? "" : this.#takeText(length);
    if ((head & EVENT_FLAG.longInteger) !== 0) return new LongIntegers(this.#takeText(length));
    if ((head & EVENT_FLAG.blob) !== 0) return plainView(this.#native.takeBlob());
    const from = this.#byteAt;
    this.#byteAt = from + length;
    if ((head & EVENT_FLAG.msgpack) !== 0) return new Msgpack(this.#bytes.subarray(from, from + length));
    // A copy, so that one item does not keep the whole batch alive.
    return this.#bytes.slice(from, from + length);
  }

  #takeText(length: number): string {
    const from = this.#textAt;
    this.#textAt = from + length;
    return this.#text.substring(from, from + length);
  }
}

/** A number of 64 bits. */
function wide(low: number, high: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

/** The same bytes without the ways of a `Buffer`, whose `slice` would not copy. */
function plainView(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
