import { expect, test } from "bun:test";
import type { Socket } from "bun";
import { FrameReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";

const messages = [{ id: 1 }, { text: "größer 你好 👋" }, { text: "x".repeat(5000) }, [], "end"];

/** What a writer sends through a real connection, cut into pieces of `size` bytes before it is read. */
async function roundTrip(size: number): Promise<unknown[]> {
  const received: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const reader = new FrameReader<unknown>((message) => {
    received.push(message);
    if (received.length === messages.length) resolve();
  });
  using listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(_, chunk) {
        for (let i = 0; i < chunk.byteLength; i += size) reader.push(chunk.subarray(i, i + size));
      },
    },
  });
  const socket = await Bun.connect({ hostname: "127.0.0.1", port: listener.port, socket: { data() {} } });
  const writer = new FrameWriter(socket);
  for (const message of messages) writer.push(message);
  await promise;
  socket.end();
  return received;
}

test.each([1, 3, 4, 7, 1000, 1_000_000])("messages arrive whole when they come in pieces of %d bytes", async (size) => {
  expect(await roundTrip(size)).toEqual(messages);
});

test("a writer makes the producer wait while the other side does not read", async () => {
  const { promise: opened, resolve } = Promise.withResolvers<Socket<unknown>>();
  let arrived = 0;
  const all = Promise.withResolvers<void>();
  const count = 20_000;
  const reader = new FrameReader<{ index: number }>((message) => {
    if (message.index !== arrived) all.reject(new Error(`${message.index} instead of ${arrived}`));
    if (++arrived === count) all.resolve();
  });
  using listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.pause();
        resolve(socket);
      },
      data: (_, chunk) => reader.push(chunk),
    },
  });
  let writer: FrameWriter | null = null;
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: listener.port,
    socket: { data() {}, drain: () => writer?.drain() },
  });
  writer = new FrameWriter(socket);
  const receiver = await opened;
  let waited = 0;
  for (let index = 0; index < count; index++) {
    writer.push({ index, padding: "x".repeat(1000) }, "turn");
    const room = writer.room();
    if (room === null) continue;
    if (waited++ === 0) receiver.resume();
    await room;
  }
  await all.promise;
  socket.end();
  expect(waited).toBeGreaterThan(0);
});
