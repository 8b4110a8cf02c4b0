import { connect, type Socket } from "node:net";

import { StatorError } from "@stator/sdk";

import { zmtpAddress } from "./zmtp-address.ts";
import { encodeFrame, ZmtpReader } from "./zmtp-frames.ts";

const GREETING_LENGTH = 64;
/** Longest message that is taken, in bytes. */
const LONGEST = 64 * 1024 * 1024;
/** How long a peer may take to say what it is. */
const HANDSHAKE_MS = 10_000;

/**
 * One connection to a ZeroMQ socket, over ZMTP 3.0 without encryption, as a subscriber (`SUB`) or a dealer (`DEALER`). It is not made
 * again when it is lost: the messages end.
 *
 * zeromq.js needs functions of libuv that Bun does not have.
 */
export class ZmtpSocket {
  readonly #socket: Socket;
  readonly #reader = new ZmtpReader(LONGEST);
  readonly #pieces: AsyncIterator<Uint8Array>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#pieces = socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  /**
   * Connects, and resolves when both ends know each other.
   *
   * @throws StatorError `invalid_argument` for an address that is none, `unavailable` when nobody is there, `protocol` when it
   * is not ZeroMQ.
   */
  static async connect(endpoint: string, type: "SUB" | "DEALER", signal: AbortSignal): Promise<ZmtpSocket> {
    const socket = connect(zmtpAddress(endpoint));
    const self = new ZmtpSocket(socket);
    const late = AbortSignal.any([signal, AbortSignal.timeout(HANDSHAKE_MS)]);
    const end = (): void => void socket.destroy();
    late.addEventListener("abort", end, { once: true });
    try {
      if (late.aborted) throw new StatorError("unavailable", "The connection was given up.");
      await self.#handshake(type);
      signal.addEventListener("abort", end, { once: true });
      socket.once("close", () => signal.removeEventListener("abort", end));
      return self;
    } catch (cause) {
      socket.destroy();
      if (cause instanceof StatorError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StatorError("unavailable", `ZeroMQ at ${endpoint} is not reached: ${reason}`, { cause });
    } finally {
      late.removeEventListener("abort", end);
    }
  }

  /** Asks a publisher for the messages whose first frame begins with `topic`. */
  subscribe(topic: string): void {
    const name = new TextEncoder().encode(topic);
    this.send([Uint8Array.of(1, ...name)]);
  }

  /** Sends a message of one frame or several. */
  send(frames: readonly Uint8Array[]): void {
    for (const [index, body] of frames.entries()) {
      this.#socket.write(encodeFrame({ more: index < frames.length - 1, command: false, body }));
    }
  }

  /**
   * The next message; null when the other end has gone.
   *
   * @throws StatorError `protocol` for what is not ZeroMQ.
   */
  async receive(): Promise<Uint8Array[] | null> {
    const frames: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const frame = this.#reader.frame();
      if (frame === null) {
        if (!(await this.#more())) return null;
      } else if (frame.command) {
        this.#command(frame.body);
      } else {
        size += frame.body.length;
        if (size > LONGEST) throw new StatorError("protocol", "ZeroMQ: a message is too long.");
        frames.push(frame.body);
        if (!frame.more) return frames;
      }
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  async #handshake(type: string): Promise<void> {
    this.#socket.write(greeting());
    const other = await this.#bytes(GREETING_LENGTH);
    if (other[0] !== 0xff || other[9] !== 0x7f || (other[10] ?? 0) < 3) {
      throw new StatorError("protocol", "That is not ZeroMQ of version 3 or later.");
    }
    const mechanism = new TextDecoder().decode(other.subarray(12, 32)).replace(/\0+$/, "");
    if (mechanism !== "NULL")
      throw new StatorError("protocol", `ZeroMQ: the other end wants ${mechanism}, which is not there.`);
    this.#socket.write(encodeFrame({ more: false, command: true, body: ready(type) }));
    for (;;) {
      const frame = this.#reader.frame();
      if (frame?.command === true && nameOf(frame.body) === "READY") return;
      if (frame?.command === true && nameOf(frame.body) === "ERROR") {
        throw new StatorError("protocol", "ZeroMQ: the other end refuses the connection.");
      }
      if (frame === null && !(await this.#more())) throw new StatorError("unavailable", "The connection was closed.");
    }
  }

  #command(body: Uint8Array): void {
    if (nameOf(body) !== "PING") return;
    // What stands behind the time to live is sent back.
    const pong = Uint8Array.of(4, ...new TextEncoder().encode("PONG"), ...body.subarray(7));
    this.#socket.write(encodeFrame({ more: false, command: true, body: pong }));
  }

  async #bytes(count: number): Promise<Uint8Array> {
    for (;;) {
      const bytes = this.#reader.take(count);
      if (bytes !== null) return bytes;
      if (!(await this.#more())) throw new StatorError("unavailable", "The connection was closed.");
    }
  }

  /** Reads on; false when nothing comes any more. */
  async #more(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    if (done === true) return false;
    this.#reader.push(value);
    return true;
  }
}

function greeting(): Uint8Array {
  const bytes = new Uint8Array(GREETING_LENGTH);
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]);
  bytes.set(new TextEncoder().encode("NULL"), 12);
  return bytes;
}

function ready(type: string): Uint8Array {
  const text = new TextEncoder();
  const property = (name: string, value: string): Uint8Array => {
    const bytes = new Uint8Array(1 + name.length + 4 + value.length);
    bytes[0] = name.length;
    bytes.set(text.encode(name), 1);
    new DataView(bytes.buffer).setUint32(1 + name.length, value.length);
    bytes.set(text.encode(value), 5 + name.length);
    return bytes;
  };
  return Uint8Array.of(5, ...text.encode("READY"), ...property("Socket-Type", type), ...property("Identity", ""));
}

function nameOf(command: Uint8Array): string {
  return new TextDecoder().decode(command.subarray(1, 1 + (command[0] ?? 0)));
}
