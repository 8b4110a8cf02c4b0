import { expect, test } from "bun:test";

import { loadModelFiles, MOCK_MODEL_FOLDER } from "@stator/llm";

import { IncrementalDecoder } from "./incremental-decoder.ts";

const { tokenizer } = await loadModelFiles(MOCK_MODEL_FOLDER);
const TEXT = "Grüße, 世界! e\u0301 👩‍👩‍👧 🇫🇷 मानक हिन्दी \u0000 ไทย 😀 the end of the story";

/** One token for each byte: the vocabulary begins with them, in the order of the characters that stand for them. */
function bytesOf(text: string): number[] {
  return [...Buffer.from(text)];
}

function decoded(pieces: readonly number[][]): string[] {
  using decoder = new IncrementalDecoder(tokenizer, true, []);
  return [...pieces.flatMap((ids) => decoder.push(ids)), decoder.finish()];
}

test("text of one byte for each token comes in whole characters, for every way to cut it in two", () => {
  const ids = bytesOf(TEXT);
  const known = new Set(TEXT);
  for (let at = 0; at <= ids.length; at++) {
    const pieces = decoded([ids.slice(0, at), ids.slice(at)]);
    expect(pieces.join("")).toBe(TEXT);
    for (const piece of pieces) {
      for (const character of piece) expect(known).toContain(character);
    }
  }
});

test("the usual tokens give the same text, one by one and all together", async () => {
  const ids = await tokenizer.encode(TEXT, false);
  expect(decoded(ids.map((id) => [id])).join("")).toBe(TEXT);
  expect(decoded([ids]).join("")).toBe(TEXT);
});

test("bytes that are no character are shown as such, and hold nothing up for long", () => {
  const ids = Array.from({ length: 5000 }, () => 0x80);
  using decoder = new IncrementalDecoder(tokenizer, true, []);
  let longest = 0;
  let pending = 0;
  let text = "";
  for (const id of ids) {
    const piece = decoder.push([id]).join("");
    pending = piece === "" ? pending + 1 : 0;
    longest = Math.max(longest, pending);
    text += piece;
  }
  text += decoder.finish();
  expect(text).toBe("\ufffd".repeat(5000));
  expect(longest).toBeLessThan(32);
});

test("special tokens have no text unless they are asked for", async () => {
  const ids = await tokenizer.encode("<|im_start|>Hi<|im_end|>", false);
  using shown = new IncrementalDecoder(tokenizer, false, []);
  expect([...shown.push(ids), shown.finish()].join("")).toBe("<|im_start|>Hi<|im_end|>");
  expect(decoded([ids]).join("")).toBe("Hi");
});

test("a prompt that ends within a character does not come back in the answer", () => {
  const [first = 0, ...rest] = bytesOf("世 goes on");
  using decoder = new IncrementalDecoder(tokenizer, true, [...bytesOf("The prompt "), first]);
  const text = [...decoder.push(rest), decoder.finish()].join("");
  expect(text).not.toContain("prompt");
  expect(text).toEndWith(" goes on");
});
