import { expect, test } from "bun:test";
import { BatchQueue } from "./batch-queue.ts";
import { connectBytes, serveBytes } from "./bytes.ts";

test.each([0, 1, 7, 64 * 1024, 3 * 1024 * 1024])(
  "payloads of %d bytes come back as they were, whatever the order",
  async (size) => {
    const server = serveBytes();
    const client = await connectBytes(server.port);
    const payloads = Array.from({ length: 5 }, (_, index) => new Uint8Array(size).fill(index + 1));
    const replies = await Promise.all(payloads.map((payload) => client.send(payload)));
    for (const [index, reply] of replies.entries()) expect(Bun.hash(reply)).toBe(Bun.hash(payloads[index] ?? ""));
    client.end();
    server.stop();
  },
);

test("a batch has all items of its turn, and the end comes after the last", async () => {
  const queue = new BatchQueue<number>();
  const first = queue.next();
  queue.push(1);
  queue.push(2);
  expect(await first).toEqual({ done: false, value: [1, 2] });
  queue.push(3);
  queue.end();
  expect(await Array.fromAsync(queue)).toEqual([[3]]);
  expect(await queue.next()).toEqual({ done: true, value: undefined });
});
