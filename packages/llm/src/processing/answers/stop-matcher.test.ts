import { expect, test } from "bun:test";

import { StopMatcher } from "./stop-matcher.ts";

/** What a reader of the whole text would do: the stop text that is complete first, and of those that end together the longest. */
function naive(text: string, stops: readonly string[]): { text: string; stop: string | null } {
  for (let end = 1; end <= text.length; end++) {
    const found = stops.filter((stop) => text.slice(0, end).endsWith(stop)).toSorted((a, b) => b.length - a.length)[0];
    if (found !== undefined) return { text: text.slice(0, end - found.length), stop: found };
  }
  return { text, stop: null };
}

function inPieces(pieces: readonly string[], stops: readonly string[]): { text: string; stop: string | null } {
  const matcher = new StopMatcher(stops);
  let text = "";
  for (const piece of pieces) {
    const matched = matcher.push(piece);
    text += matched.text;
    if (matched.stop !== null) return { text, stop: matched.stop };
  }
  return { text: text + matcher.finish(), stop: null };
}

/** A small generator, so that a failure can be repeated. */
function randoms(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.floor((state / 0x8000_0000) * below);
  };
}

test("it finds what a reader of the whole text finds, wherever the text is cut", () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const random = randoms(seed);
    // Few letters, so that stop texts begin often and overlap.
    const letters = ["a", "b", "ab", "é", "😀", "😁"];
    const word = (most: number) =>
      Array.from({ length: 1 + random(most) }, () => letters[random(letters.length)]).join("");
    const stops = Array.from({ length: 1 + random(4) }, () => word(5));
    const text = word(40);
    const pieces: string[] = [];
    for (let at = 0; at < text.length;) {
      const length = random(5);
      pieces.push(text.slice(at, at + length));
      at += length;
    }
    expect({ seed, ...inPieces(pieces, stops) }).toEqual({ seed, ...naive(text, stops) });
  }
});

test("it holds back the longest end that could begin a stop text, and no more", () => {
  const matcher = new StopMatcher(["\nUser:", "<|end|>"]);
  expect(matcher.push("Hello <|en").text).toBe("Hello ");
  expect(matcher.push("te").text).toBe("<|ente");
  expect(matcher.push("r\nUs").text).toBe("r");
  expect(matcher.push("er: next")).toEqual({ text: "", stop: "\nUser:", rest: " next" });
});

test("a stop text that never comes is given at the end", () => {
  const matcher = new StopMatcher(["aab"]);
  expect(matcher.push("aaaa").text).toBe("aa");
  expect(matcher.finish()).toBe("aa");
  expect(matcher.finish()).toBe("");
});

test("hostile stop texts cost no more than others", () => {
  const matcher = new StopMatcher([`${"a".repeat(50_000)}b`]);
  let text = "";
  for (let piece = 0; piece < 200; piece++) text += matcher.push("a".repeat(1000)).text;
  expect(text + matcher.finish()).toBe("a".repeat(200_000));
});
