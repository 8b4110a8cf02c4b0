import { BytesChannel } from "./bytes-channel.ts";

/** Sends every payload back, from an async function. Gives the port, and what stops it. */
export function serveBytes(): { port: number; stop(): void } {
  const listener = Bun.listen<BytesChannel>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.setNoDelay(true);
        const channel = new BytesChannel(
          socket,
          (id, bytes) => void handle(bytes).then((reply) => channel.send(id, reply)),
        );
        socket.data = channel;
      },
      data: (socket, chunk) => socket.data.push(chunk),
      drain: (socket) => socket.data.drain(),
    },
  });
  return { port: listener.port, stop: () => listener.stop(true) };
}

async function handle(request: Uint8Array): Promise<Uint8Array> {
  return request;
}

/** Sends payloads and gives what comes back. */
export async function connectBytes(
  port: number,
): Promise<{ send(bytes: Uint8Array): Promise<Uint8Array>; end(): void }> {
  const calls = new Map<number, (reply: Uint8Array) => void>();
  let last = 0;
  const { promise, resolve } = Promise.withResolvers<BytesChannel>();
  const socket = await Bun.connect<BytesChannel>({
    hostname: "127.0.0.1",
    port,
    socket: {
      open(opened) {
        opened.setNoDelay(true);
        opened.data = new BytesChannel(opened, (id, bytes) => {
          calls.get(id)?.(bytes);
          calls.delete(id);
        });
        resolve(opened.data);
      },
      data: (opened, chunk) => opened.data.push(chunk),
      drain: (opened) => opened.data.drain(),
    },
  });
  const channel = await promise;
  return {
    send: (bytes) =>
      new Promise((answered) => {
        const id = ++last;
        calls.set(id, answered);
        channel.send(id, bytes);
      }),
    end: () => void socket.end(),
  };
}
