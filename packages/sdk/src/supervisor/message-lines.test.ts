import { expect, test } from "bun:test";

import { messageLines } from "./message-lines.ts";

/** What a child has written, in these pieces. */
async function read(...pieces: string[]): Promise<{ messages: unknown[]; misfits: string[] }> {
  const messages: unknown[] = [];
  const misfits: string[] = [];
  await messageLines(
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
        controller.close();
      },
    }),
    (message) => messages.push(message),
    (line) => misfits.push(line),
  );
  return { messages, misfits };
}

test("a message is a line, however it is cut", async () => {
  const { messages, misfits } = await read(
    '{"type":"re',
    'ady","instanceId":"7"}\n\n{"type":"failed","message":"a"}',
    "\n",
  );
  expect(messages).toEqual([
    { type: "ready", instanceId: "7" },
    { type: "failed", message: "a" },
  ]);
  expect(misfits).toEqual([]);
});

test("what is no message is told apart", async () => {
  const lines = ["hello", "null", '{"type":"steady"}', '{"type":"ready","url":7}', '{"type":"failed"}', "[1]"];
  const { messages, misfits } = await read(`${lines.join("\n")}\n{"type":"ready"}\n{"type":"ready"} and no line feed`);
  expect(messages).toEqual([{ type: "ready" }]);
  expect(misfits).toEqual(lines);
});
