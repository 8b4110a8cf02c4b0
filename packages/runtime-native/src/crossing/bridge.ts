import { AsyncLocalStorage } from "node:async_hooks";

import { answerQuestion } from "../application/answer-question.ts";
import { judgeDispute } from "../contract/judge-dispute.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { CommandInput } from "../generated/types/command.ts";
import { StatorError } from "../stator-error.ts";
import { type CommandPace, Commands, START } from "./commands.ts";
import { drainMicrotasks } from "./drain-microtasks.ts";
import { CANCEL_REASON } from "./event.ts";
import { fromNative } from "./from-native.ts";
import { InstanceIdentity } from "../instance-identity.ts";
import { Inbox } from "./inbox.ts";
import { KeepAlive } from "./keep-alive.ts";
import { loadAddon } from "./load-addon.ts";
import type { NativeRuntime, RawAddon } from "../generated/bindings/raw-addon.ts";
import { OPERATION } from "./operation.ts";
import { Outbox } from "./outbox.ts";
import { encodePayload, type Payload } from "./payload.ts";
import { Receivers } from "./receivers.ts";
import { readSocket, readsSockets } from "./socket-reader.ts";
import type { TestBed } from "../testing/test-bed.ts";
import { Turn } from "./turn.ts";

/**
 * `expect(promise).rejects` of `bun test` waits by running the event loop where it stands. In code that a batch has woken
 * the batch would then wait for the loop and the loop for the batch, so it leaves early there. Elsewhere nobody pays.
 */
const LOOP_MAY_RUN_INSIDE = process.env["NODE_ENV"] === "test";

/** Runs a function outside of every call: what arrives is no part of the call that happened to be sending. */
const outside = AsyncLocalStorage.snapshot();

/** One native runtime: what goes in and out of it, and whom it concerns. It keeps no state that the core has. */
export class Bridge {
  readonly outbox: Outbox;
  readonly keepAlive = new KeepAlive();
  readonly turn = new Turn((turn) => this.#run(turn));
  readonly receivers = new Receivers();
  readonly identity = new InstanceIdentity();
  /** Resolves with the answer of the start. */
  readonly started: Promise<string>;
  readonly #addon: RawAddon = loadAddon();
  readonly #native: NativeRuntime;
  /** Its number in the addon. */
  readonly #runtime: number;
  readonly #inbox: Inbox;
  readonly #commands = new Commands(this.keepAlive);
  /** How many batches are being run, one inside the other. */
  #depth = 0;
  #rescuer: NodeJS.Immediate | undefined;
  /** `#wake` runs, and looks again before it ends. */
  #looking = false;
  /** Something has arrived since the last look, or a look is due. */
  #arrived = false;
  #nextNumber = 1;
  #nextCall = 0;
  #closed = false;

  /**
   * Starts the native runtime. Throws `StatorError` for options that will not do.
   *
   * `bed`: what a test puts below it; null outside of tests.
   */
  constructor(
    options: object,
    environment: Record<string, string>,
    readonly bed: TestBed | null = null,
  ) {
    const { NativeRuntime } = this.#addon;
    // Written as payloads are: an option that is not a number is an error, not absent.
    const given = encodePayload(options);
    if (typeof given !== "string") {
      throw new StatorError(
        "invalid_argument",
        "the options hold bytes or a Map; they are texts, numbers and booleans",
      );
    }
    try {
      this.#native = new NativeRuntime(given, JSON.stringify(environment), readsSockets, this.#wake);
    } catch (thrown) {
      throw fromNative(thrown);
    }
    this.#runtime = this.#native.number();
    this.started = this.#commands.expect(START);
    const { calls, served } = this.receivers;
    this.outbox = new Outbox(this.#addon, this.#runtime, {
      callBlocked: (id) => calls.get(id)?.blocked(),
      servedBlocked: (id) => served.get(id)?.blocked(),
      arrived: () => this.#lookSoon(),
    });
    this.#inbox = new Inbox(this.#addon, this.#native, this.receivers, {
      result: (number, result, worked) => this.#commands.settle(number, result, worked),
      unwanted: (id) => this.outbox.push(OPERATION.release, id, null),
      attach: (connection, descriptor) => this.#read(connection, descriptor),
      instanceId: (low, high) => this.identity.change(low, high),
      dispute: (number, document, dispute) => void this.#judge(number, document, dispute),
      question: (number, question) => void this.#answer(number, question),
    });
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** By what time is measured. */
  get clock(): Clock {
    return this.bed?.clock ?? systemClock;
  }

  /** Whether something waits to be told that was sent in this turn, by somebody in this process. */
  get hasArrived(): boolean {
    return this.#arrived;
  }

  /** Grows with everything that goes in or out. */
  get traffic(): number {
    return this.#inbox.told + this.outbox.batches;
  }

  /** A number for a client or an endpoint. */
  number(): number {
    return this.#nextNumber++;
  }

  /** A number for a call that no open call has. */
  callNumber(): number {
    do {
      this.#nextCall = (this.#nextCall + 1) >>> 0;
    } while (this.#nextCall === 0 || this.receivers.calls.has(this.#nextCall));
    return this.#nextCall;
  }

  /**
   * Runs a command of the addon; unless it is a matter of the background, the process stays alive until it is done, or
   * given up through `signal`.
   */
  command(command: CommandInput, signal?: AbortSignal, pace?: CommandPace): Promise<string> {
    if (this.#closed) return Promise.reject(shutDown());
    // What was sent before the command takes effect before it.
    this.outbox.flush();
    return this.#commands.run(command, (number, text) => this.#native.command(number, text), signal, pace);
  }

  /** Gives an event to a publisher; resolves when the core has taken it. */
  publish(publisher: number, payload: Payload): Promise<void> {
    if (this.#closed) return Promise.reject(shutDown());
    const { number, result } = this.#commands.begin();
    this.outbox.push(OPERATION.publish, publisher, payload, number);
    return result.then(() => {});
  }

  /** Ends everything that is still open, with `shutting_down`. Harmless a second time. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { calls, served, endpoints, instances, contracts, subscriptions } = this.receivers;
    this.outbox.close();
    for (const endpoint of endpoints.values()) endpoint.gone();
    for (const call of served.values()) call.cancelled(CANCEL_REASON.lost);
    for (const call of calls.values()) call.failed(shutDown(), 0, 0);
    for (const subscription of subscriptions.values()) subscription.ended(null);
    instances.clear();
    contracts.clear();
    this.#commands.close(shutDown());
    this.keepAlive.close();
    this.#native.close();
  }

  readonly #wake = (): void => {
    if (this.#closed) return;
    this.turn.begin();
    this.#looking = true;
    let more = true;
    try {
      do {
        this.#arrived = false;
        this.#run(() => {
          more = true;
          more = this.#inbox.drain();
        });
      } while ((more || this.#arrived) && !this.#closed && !this.turn.isLong);
    } finally {
      this.#looking = false;
      this.#arrived ||= more || this.#inbox.isInterrupted;
      if (this.#arrived) this.#wakeLater();
    }
  };

  /** A batch was answered at once, by somebody in this process. */
  #lookSoon(): void {
    if (!this.#arrived && !this.#looking) this.#wakeLater();
    this.#arrived = true;
  }

  #wakeLater(): void {
    outside(setImmediate, this.#wake);
  }

  /** Reads the socket of a connection from now on. */
  #read(connection: number, descriptor: number): void {
    readSocket(descriptor, {
      received: (bytes) => {
        if (this.#closed) return;
        this.#addon.feed(this.#runtime, connection, bytes);
        this.#wake();
      },
      ended: () => {
        if (!this.#closed) this.#native.feedEnd(connection);
      },
    });
  }

  async #judge(number: number, document: string, dispute: string): Promise<void> {
    const judgement = await judgeDispute(this.receivers.contracts.values(), document, dispute);
    // A runtime that has shut down meanwhile needs no answer.
    await this.command({ type: "judged", dispute: number, judgement }).catch(() => {});
  }

  async #answer(number: number, question: number): Promise<void> {
    const { application, metrics } = this.receivers;
    const answer = await answerQuestion(application, metrics, question);
    // A runtime that has shut down meanwhile needs no answer.
    await this.command({ type: "answered", question: number, answer }).catch(() => {});
  }

  /** Runs `turn` and everything that waits for it; what they send leaves in one batch. */
  #run(turn: () => void): void {
    this.#depth++;
    if (LOOP_MAY_RUN_INSIDE && this.#depth === 1) this.#rescuer = setImmediate(this.#rescue);
    try {
      this.outbox.hold(() => {
        turn();
        drainMicrotasks();
      });
    } finally {
      this.#depth--;
      if (LOOP_MAY_RUN_INSIDE && this.#depth === 0) clearImmediate(this.#rescuer);
    }
  }

  /** Comes only inside of `#run`, in each turn of the loop until that is done. */
  readonly #rescue = (): void => {
    if (this.#closed || this.#depth === 0) return;
    this.#rescuer = setImmediate(this.#rescue);
    this.outbox.flush();
    this.#wake();
  };
}

/** Why nothing works any more. */
export function shutDown(): StatorError {
  return new StatorError("shutting_down", "this runtime has shut down");
}
