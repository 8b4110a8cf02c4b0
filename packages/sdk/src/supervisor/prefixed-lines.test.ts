import { expect, test } from "bun:test";

import { prefixedLines } from "./prefixed-lines.ts";

async function copied(chunks: Uint8Array[]): Promise<string> {
  let out = "";
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  await prefixedLines(source, "p | ", (text) => {
    out += text;
  });
  return out;
}

const bytes = (text: string) => new TextEncoder().encode(text);

test("prefixes every line, also an unfinished last one", async () => {
  expect(await copied([bytes("one\ntwo\n\nthr"), bytes("ee")])).toBe("p | one\np | two\np | \np | three\n");
  expect(await copied([])).toBe("");
});

test("keeps characters whole that are cut between chunks", async () => {
  const single = [...bytes("café 🎉\n")].map((byte) => Uint8Array.of(byte));
  expect(await copied(single)).toBe("p | café 🎉\n");
});

test("does not collect a line without end", async () => {
  const out = await copied([bytes("x".repeat(200_000))]);
  expect(
    out
      .split("\n")
      .slice(0, -1)
      .map((line) => line.length - 4),
  ).toEqual([65_536, 65_536, 65_536, 3392]);
});
