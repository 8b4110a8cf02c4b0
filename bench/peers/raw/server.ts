import type { Echo, StreamRequest } from "../../messages.ts";
import { tokens } from "../../messages.ts";
import type { ServePeer } from "../../peer.ts";
import { serveBytes } from "./bytes.ts";
import { FrameReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import type { ClientMessage, ServerMessage } from "./messages.ts";

interface Connection {
  reader: FrameReader<ClientMessage>;
  writer: FrameWriter;
}

/** Raw `Bun.listen`: length-prefixed JSON, one write per turn; bytes on a port of their own. */
export const serve: ServePeer = async () => {
  const listener = Bun.listen<Connection>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.setNoDelay(true);
        const writer = new FrameWriter(socket);
        const reader = new FrameReader<ClientMessage>((message) => void answer(message, writer).catch(fail));
        socket.data = { reader, writer };
      },
      data(socket, chunk) {
        socket.data.reader.push(chunk);
      },
      drain(socket) {
        socket.data.writer.drain();
      },
    },
  });
  const bytes = serveBytes();
  return {
    address: `${listener.port},${bytes.port}`,
    close: async () => {
      listener.stop(true);
      bytes.stop();
    },
  };
};

async function answer(message: ClientMessage, writer: FrameWriter): Promise<void> {
  if ("call" in message) {
    send(writer, { id: message.id, reply: await handle(message.call) });
  } else {
    await stream(message.id, message.stream, writer);
  }
}

async function handle(request: Echo): Promise<Echo> {
  return request;
}

async function stream(id: number, request: StreamRequest, writer: FrameWriter): Promise<void> {
  for await (const item of tokens(request)) {
    send(writer, { id, item }, "turn");
    const room = writer.room();
    if (room !== null) await room;
  }
  send(writer, { id, end: true }, "turn");
}

function send(writer: FrameWriter, message: ServerMessage, batch: "microtasks" | "turn" = "microtasks"): void {
  writer.push(message, batch);
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}
