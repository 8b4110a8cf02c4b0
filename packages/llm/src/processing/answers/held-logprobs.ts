import type { ChatTokenLogprob } from "../../generated/index.ts";

interface Held {
  readonly logprob: ChatTokenLogprob;
  /** Where the token's text begins and ends in the answer. */
  readonly start: number;
  readonly end: number;
}

/** The probabilities of tokens whose text is not shown yet: they go out with it, or not at all behind a stop text. */
export class HeldLogprobs {
  #held: Held[] = [];
  #end = 0;
  #shown = 0;
  #areThere = false;

  /** Takes the probabilities of a step, and the texts of its tokens; only the first `count` of them are part of the answer. */
  take(logprobs: readonly ChatTokenLogprob[] | null, texts: readonly (string | null)[], count: number): void {
    this.#areThere ||= logprobs !== null;
    const most = Math.max(texts.length, Math.min(logprobs?.length ?? 0, count));
    for (let at = 0; at < most; at++) {
      const start = this.#end;
      this.#end += texts[at]?.length ?? 0;
      const logprob = at < count ? logprobs?.[at] : undefined;
      if (logprob !== undefined) this.#held.push({ logprob, start, end: this.#end });
    }
  }

  /** Gives those of the tokens that so many further characters show; the rest is dropped with the `last` ones. */
  give(characters: number, last: boolean): ChatTokenLogprob[] | null {
    if (!this.#areThere) return null;
    this.#shown += characters;
    let count = 0;
    for (const { start, end } of this.#held) {
      if (start >= this.#shown && end > this.#shown) break;
      // A token whose character is not complete waits for it.
      if (!last && end > this.#shown) break;
      count++;
    }
    const given = this.#held.slice(0, count).map(({ logprob }) => logprob);
    this.#held = last ? [] : this.#held.slice(count);
    return given;
  }
}
