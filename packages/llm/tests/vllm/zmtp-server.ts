import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";

import { zmtpAddress } from "../../src/vllm/zmtp/zmtp-address.ts";
import { encodeFrame, ZmtpReader } from "../../src/vllm/zmtp/zmtp-frames.ts";

/** As much of a PUB or ROUTER socket as tests need. Everybody gets everything; a message of the other end goes to `onMessage`. */
export class ZmtpServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #peers = new Set<Socket>();
  readonly #subscribed = Promise.withResolvers<void>();
  #ready = new Set<Socket>();

  private constructor(
    private readonly type: "PUB" | "ROUTER",
    private readonly onMessage: (frames: Uint8Array[], answer: (frames: Uint8Array[]) => void) => void,
  ) {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async listen(
    endpoint: string,
    type: "PUB" | "ROUTER",
    onMessage: (frames: Uint8Array[], answer: (frames: Uint8Array[]) => void) => void = () => {},
  ): Promise<ZmtpServer> {
    const self = new ZmtpServer(type, onMessage);
    const address = endpoint.endsWith(":0") ? { host: "127.0.0.1", port: 0 } : zmtpAddress(endpoint);
    if ("path" in address) rmSync(address.path, { force: true });
    await new Promise<void>((resolve, reject) => {
      self.#server.once("error", reject);
      self.#server.listen(address, resolve);
    });
    return self;
  }

  /** Where it listens, over TCP. */
  get endpoint(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Resolves when somebody has subscribed. */
  get subscribed(): Promise<void> {
    return this.#subscribed.promise;
  }

  publish(frames: Uint8Array[]): void {
    for (const socket of this.#ready) send(socket, frames);
  }

  /** Closes the connections; it goes on listening. */
  disconnect(): void {
    for (const socket of this.#peers) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.#peers.add(socket);
    socket.on("close", () => {
      this.#peers.delete(socket);
      this.#ready.delete(socket);
    });
    socket.on("error", () => {});
    const reader = new ZmtpReader(1 << 20);
    const greeting = new Uint8Array(64);
    greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]);
    greeting.set(new TextEncoder().encode("NULL"), 12);
    socket.write(greeting);
    let greeted = false;
    let message: Uint8Array[] = [];
    socket.on("data", (bytes: Uint8Array) => {
      reader.push(bytes);
      if (!greeted) {
        if (reader.take(64) === null) return;
        greeted = true;
        const text = new TextEncoder();
        const type = text.encode(this.type);
        const body = Uint8Array.of(
          5,
          ...text.encode("READY"),
          11,
          ...text.encode("Socket-Type"),
          0,
          0,
          0,
          type.length,
          ...type,
        );
        socket.write(encodeFrame({ more: false, command: true, body }));
      }
      for (let frame = reader.frame(); frame !== null; frame = reader.frame()) {
        if (frame.command) continue;
        message.push(frame.body);
        if (frame.more) continue;
        this.#ready.add(socket);
        this.#subscribed.resolve();
        this.onMessage(message, (frames) => send(socket, frames));
        message = [];
      }
    });
  }
}

function send(socket: Socket, frames: readonly Uint8Array[]): void {
  for (const [index, body] of frames.entries()) {
    socket.write(encodeFrame({ more: index < frames.length - 1, command: false, body }));
  }
}
