import { setTimeout as sleep } from "node:timers/promises";

import { createLogger, type Logger } from "@stator/runtime-native";
import { StatorError } from "@stator/sdk";

import { ZmtpSocket } from "./zmtp/zmtp-socket.ts";

/** What a feed tells of an engine's cache. */
export interface KvEventFeedSink {
  /** A batch, in order, as the engine has encoded it. */
  batch(payload: Uint8Array): void;
  /** The engine has begun anew: nothing of what was said counts any more. */
  restarted(): void;
}

/** Where the events come from. */
export interface KvEventFeedOptions {
  /** The engine's PUB socket. */
  readonly endpoint: string;
  /** Its ROUTER socket for what was missed; empty for none. */
  readonly replayEndpoint: string;
  readonly topic: string;
}

/** Pauses between attempts to connect, in milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;
/** How long the answer to a question for missed batches may take, in milliseconds. */
const REPLAY_MS = 10_000;
/** The sequence of the message that ends such an answer: -1. */
const END = 0xffff_ffff_ffff_ffffn;

/**
 * Reads the batches that an engine publishes, each once and in order: `[topic, sequence, payload]`, the sequence as 8 bytes, the
 * highest first. What is missed is asked for again; what cannot be had is counted. Connects again for as long as it is open.
 */
export class KvEventFeed implements AsyncDisposable {
  readonly #options: KvEventFeedOptions;
  readonly #sink: KvEventFeedSink;
  readonly #log: Logger;
  readonly #closing = new AbortController();
  readonly #following: Promise<void>;
  readonly #connected = Promise.withResolvers<void>();
  /** The sequence that comes next; null while nothing was heard and nothing can be asked for. */
  #next: bigint | null = null;
  #missed = 0n;
  #received = 0n;
  /** Sequences that a replay has brought, and that may still come by themselves. */
  #replayedFrom = 0n;
  #replayedTo = 0n;

  constructor(options: KvEventFeedOptions, sink: KvEventFeedSink) {
    this.#options = options;
    this.#sink = sink;
    this.#log = createLogger(() => ({ endpoint: options.endpoint }));
    this.#following = this.#follow();
  }

  /** Resolves when it has subscribed for the first time; rejects when it is closed before. */
  get ready(): Promise<void> {
    return this.#connected.promise;
  }

  /** Batches that were lost and could not be had again. */
  get missed(): bigint {
    return this.#missed;
  }

  /** Batches that were given on. */
  get received(): bigint {
    return this.#received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    // Nobody has to wait for it.
    this.#connected.promise.catch(() => {});
    const { signal } = this.#closing;
    let pauseMs = FIRST_PAUSE_MS;
    let told = false;
    while (!signal.aborted) {
      try {
        const socket = await ZmtpSocket.connect(this.#options.endpoint, "SUB", signal);
        socket.subscribe(this.#options.topic);
        this.#connected.resolve();
        [pauseMs, told] = [FIRST_PAUSE_MS, false];
        await this.#catchUp();
        for (let frames = await socket.receive(); frames !== null; frames = await socket.receive()) {
          await this.#message(frames);
        }
      } catch (error) {
        if (!told && !signal.aborted)
          this.#log.warn("events of the engine's cache are not reached; it is tried again", { reason: String(error) });
        told = true;
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
    this.#connected.reject(new StatorError("shutting_down", "The feed was closed."));
  }

  async #message([topic, sequence, payload, ...rest]: readonly Uint8Array[]): Promise<void> {
    if (topic === undefined || sequence?.length !== 8 || payload === undefined || rest.length > 0) {
      this.#log.warn("a message was no batch of events, and was skipped");
      return;
    }
    const at = readSequence(sequence);
    if (this.#next !== null && at > this.#next && this.#options.replayEndpoint !== "") await this.#replay(this.#next);
    // A replay may have brought it already; an engine that began anew counts from 0.
    if (this.#next !== null && at < this.#next) {
      if (this.#isRepeated(at)) return;
      this.#sink.restarted();
      this.#next = 0n;
      if (at > 0n && this.#options.replayEndpoint !== "") await this.#replay(0n);
      if (this.#next > at) return;
    }
    this.#give(at, payload);
  }

  /** After connecting: what came before, where it can be had. */
  async #catchUp(): Promise<void> {
    [this.#replayedFrom, this.#replayedTo] = [0n, 0n];
    if (this.#options.replayEndpoint === "") return;
    // Who was lost has probably begun anew, and one that has not tells all of it again.
    if (this.#next !== null) this.#sink.restarted();
    this.#next = null;
    await this.#replay(0n);
  }

  #isRepeated(at: bigint): boolean {
    return at >= this.#replayedFrom && at < this.#replayedTo;
  }

  #give(at: bigint, payload: Uint8Array): void {
    if (this.#next !== null && at > this.#next) {
      this.#missed += at - this.#next;
      this.#log.warn("batches of events were lost: what the engine has evicted may still be counted", {
        batches: Number(at - this.#next),
      });
    }
    this.#next = at + 1n;
    // From here on a smaller sequence is a new beginning, unless a replay has brought it.
    if (at >= this.#replayedTo) [this.#replayedFrom, this.#replayedTo] = [0n, 0n];
    this.#received++;
    this.#sink.batch(payload);
  }

  /** Asks for everything from a sequence on. */
  async #replay(from: bigint): Promise<void> {
    const limit = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(REPLAY_MS)]);
    let socket: ZmtpSocket | null = null;
    try {
      socket = await ZmtpSocket.connect(this.#options.replayEndpoint, "DEALER", limit);
      socket.send([new Uint8Array(0), writeSequence(from)]);
      for (let frames = await socket.receive(); frames !== null; frames = await socket.receive()) {
        const [sequence, payload] = frames.slice(-2);
        if (sequence?.length !== 8 || payload === undefined) continue;
        const at = readSequence(sequence);
        if (at === END) break;
        if (at < (this.#next ?? from)) continue;
        this.#give(at, payload);
      }
      [this.#replayedFrom, this.#replayedTo] = [from, this.#next ?? from];
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#log.warn("missed events were not to be had", { reason: String(error) });
    } finally {
      socket?.close();
    }
  }
}

function readSequence(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
}

function writeSequence(sequence: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, sequence);
  return bytes;
}
