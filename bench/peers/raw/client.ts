import type { Echo, StreamRequest, TokenItem } from "../../messages.ts";
import type { ConnectPeer, PeerClient } from "../../peer.ts";
import { BatchQueue } from "./batch-queue.ts";
import { connectBytes } from "./bytes.ts";
import { FrameReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import { ItemQueue } from "./item-queue.ts";
import type { ClientMessage, ServerMessage } from "./messages.ts";

/** Raw `Bun.connect`: one connection, replies matched by id, one write per turn; one more for bytes. */
export const connect: ConnectPeer = async (address) => {
  const [port, bytesPort] = address.split(",").map(Number);
  const bytes = await connectBytes(bytesPort ?? 0);
  const client = new RawClient((request) => bytes.send(request));
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: port ?? 0,
    socket: {
      data: (_, chunk) => client.reader.push(chunk),
      drain: () => client.writer?.drain(),
      close: () => client.lost(),
    },
  });
  socket.setNoDelay(true);
  client.writer = new FrameWriter(socket);
  client.end = () => {
    socket.end();
    bytes.end();
  };
  return client;
};

class RawClient implements PeerClient {
  readonly reader = new FrameReader<ServerMessage>((message) => this.#receive(message));
  writer: FrameWriter | null = null;
  end: () => void = () => {};
  #id = 0;
  #closing = false;
  readonly #calls = new Map<number, (reply: Echo) => void>();
  readonly #streams = new Map<number, { push(item: TokenItem): void; end(): void }>();

  constructor(readonly bytes: (request: Uint8Array) => Promise<Uint8Array>) {}

  call(request: Echo): Promise<Echo> {
    return new Promise((resolve) => {
      const id = ++this.#id;
      this.#calls.set(id, resolve);
      this.#send({ id, call: request });
    });
  }

  stream(request: StreamRequest): AsyncIterable<TokenItem> {
    return this.#open(request, new ItemQueue<TokenItem>());
  }

  batches(request: StreamRequest): AsyncIterable<TokenItem[]> {
    return this.#open(request, new BatchQueue<TokenItem>());
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.end();
  }

  lost(): void {
    if (this.#closing) return;
    console.error("the worker closed the connection");
    process.exit(1);
  }

  #open<Q extends { push(item: TokenItem): void; end(): void }>(request: StreamRequest, queue: Q): Q {
    const id = ++this.#id;
    this.#streams.set(id, queue);
    this.#send({ id, stream: request });
    return queue;
  }

  #send(message: ClientMessage): void {
    this.writer?.push(message);
  }

  #receive(message: ServerMessage): void {
    if ("reply" in message) {
      const resolve = this.#calls.get(message.id);
      if (resolve === undefined) throw new Error(`a reply for call ${message.id}, which is not open`);
      this.#calls.delete(message.id);
      resolve(message.reply);
      return;
    }
    const queue = this.#streams.get(message.id);
    if (queue === undefined) throw new Error(`an item for stream ${message.id}, which is not open`);
    if ("item" in message) {
      queue.push(message.item);
    } else {
      this.#streams.delete(message.id);
      queue.end();
    }
  }
}
