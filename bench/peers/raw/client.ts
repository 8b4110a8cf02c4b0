import type { Echo, StreamRequest, TokenItem } from "../../messages.ts";
import type { ConnectPeer, PeerClient } from "../../peer.ts";
import { FrameReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import { ItemQueue } from "./item-queue.ts";
import type { ClientMessage, ServerMessage } from "./messages.ts";

/** Raw `Bun.connect`: one connection, replies matched by id, one write per turn. */
export const connect: ConnectPeer = async (address) => {
  const client = new RawClient();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: Number(address),
    socket: {
      data: (_, chunk) => client.reader.push(chunk),
      drain: () => client.writer?.drain(),
      close: () => client.lost(),
    },
  });
  socket.setNoDelay(true);
  client.writer = new FrameWriter(socket);
  client.end = () => socket.end();
  return client;
};

class RawClient implements PeerClient {
  readonly reader = new FrameReader<ServerMessage>((message) => this.#receive(message));
  writer: FrameWriter | null = null;
  end: () => void = () => {};
  #id = 0;
  #closing = false;
  readonly #calls = new Map<number, (reply: Echo) => void>();
  readonly #streams = new Map<number, ItemQueue<TokenItem>>();

  call(request: Echo): Promise<Echo> {
    return new Promise((resolve) => {
      const id = ++this.#id;
      this.#calls.set(id, resolve);
      this.#send({ id, call: request });
    });
  }

  stream(request: StreamRequest): AsyncIterable<TokenItem> {
    const id = ++this.#id;
    const queue = new ItemQueue<TokenItem>();
    this.#streams.set(id, queue);
    this.#send({ id, stream: request });
    return queue;
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
