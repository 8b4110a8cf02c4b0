import type { Tokenizer } from "../../generated/index.ts";

/** A token by itself, as probabilities name it. */
export interface TokenText {
  readonly text: string;
  /** Its bytes in UTF-8, also where they are a part of a character. */
  readonly bytes: number[];
}

const encoder = new TextEncoder();

/** What the tokens of a model are by themselves, each looked up once. */
export class TokenTexts {
  readonly #known = new Map<number, TokenText>();

  constructor(private readonly tokenizer: Tokenizer) {}

  /** The text and the bytes of a token. */
  of(id: number): TokenText {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const found = this.#find(id);
    this.#known.set(id, found);
    return found;
  }

  #find(id: number): TokenText {
    const raw = this.tokenizer.idToToken(id) ?? "";
    const byte = /^<0x([0-9A-F]{2})>$/.exec(raw)?.[1];
    if (byte !== undefined) return { text: this.tokenizer.decode([id], false), bytes: [Number.parseInt(byte, 16)] };
    // Decoders leave out the space at the beginning of a text.
    const text = raw.startsWith("▁") ? raw.replaceAll("▁", " ") : this.tokenizer.decode([id], false);
    return { text, bytes: (text.includes("\ufffd") ? bytesOf(raw) : null) ?? [...encoder.encode(text)] };
  }
}

/** The printable characters that stand for bytes in byte-level vocabularies, as GPT-2 has chosen them. */
const BYTES: ReadonlyMap<string, number> = new Map(
  ((): [string, number][] => {
    let next = 256;
    return Array.from({ length: 256 }, (_, byte) => {
      const isPlain = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
      return [String.fromCodePoint(isPlain ? byte : next++), byte];
    });
  })(),
);

function bytesOf(raw: string): number[] | null {
  const bytes = Array.from(raw, (character) => BYTES.get(character));
  return bytes.every((byte) => byte !== undefined) ? bytes : null;
}
