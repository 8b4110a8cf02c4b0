import { TokenDecoder, type Tokenizer } from "../../generated/index.ts";

/** How a token is written can depend on those before it; so many of the prompt's are enough. */
const TAIL = 6;

/** No character has that many tokens: what has come by then is no character. */
const MOST_PENDING = 32;

/** What a tokenizer writes for bytes that are no character, or not yet. */
const INCOMPLETE = "\ufffd";

/** The text of tokens as they come, never cut within a character. Bytes that never become one are written as U+FFFD. */
export class IncrementalDecoder {
  #decoder: TokenDecoder;
  #pending = 0;

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly skipSpecialTokens: boolean,
    promptIds: readonly number[],
  ) {
    const tail = promptIds.slice(-TAIL);
    // With a prompt that ends within a character the decoder would write the prompt's part too.
    const isWhole = tail.length === 0 || !tokenizer.decode(tail, skipSpecialTokens).endsWith(INCOMPLETE);
    this.#decoder = new TokenDecoder(tokenizer, skipSpecialTokens, isWhole ? tail : []);
  }

  /** The text that each token completes. */
  push(tokenIds: number[]): string[] {
    const texts = this.#push(tokenIds);
    for (let at = 0; at < texts.length; at++) this.#pending = texts[at] === "" ? this.#pending + 1 : 0;
    if (this.#pending >= MOST_PENDING) {
      const last = texts.length - 1;
      texts[last] = (texts[last] ?? "") + this.#decoder.finish();
      this.#restart();
    }
    return texts;
  }

  /** What is left when no more tokens come. */
  finish(): string {
    return this.#pending === 0 ? "" : this.#decoder.finish();
  }

  /** Frees the decoder now, not when memory is collected. */
  [Symbol.dispose](): void {
    this.#decoder[Symbol.dispose]();
  }

  #push(tokenIds: number[]): string[] {
    try {
      return this.#decoder.push(tokenIds);
    } catch {
      // Some tokenizers write tokens differently behind others; from here on it is a text of its own.
      this.#restart();
      return this.#decoder.push(tokenIds);
    }
  }

  #restart(): void {
    this.#decoder[Symbol.dispose]();
    this.#decoder = new TokenDecoder(this.tokenizer, this.skipSpecialTokens, []);
    this.#pending = 0;
  }
}
