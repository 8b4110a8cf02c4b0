/** What may be shown of a text that was looked through. */
export interface Matched {
  /** What is certain not to belong to a stop text. */
  readonly text: string;
  /** The stop text that came; null while there is none. */
  readonly stop: string | null;
  /** What stands behind the stop text; empty while there is none. */
  readonly rest: string;
}

/**
 * Finds stop texts in a text that comes in pieces, wherever the borders are. It holds back the longest end of what has come
 * that a stop text could begin with, and looks at each character once.
 *
 * Of several stop texts the one that is complete first counts, and of those that end together the longest.
 */
export class StopMatcher {
  readonly #stops: readonly Automaton[];
  #held = "";

  /** None of the texts may be empty. */
  constructor(stops: readonly string[]) {
    this.#stops = stops.toSorted((a, b) => b.length - a.length).map((stop) => new Automaton(stop));
  }

  /** Looks through the next piece. After a stop nothing more may be pushed. */
  push(piece: string): Matched {
    const text = this.#held + piece;
    const known = this.#held.length;
    for (let at = 0; at < piece.length; at++) {
      const unit = piece.charCodeAt(at);
      let found: Automaton | null = null;
      for (const stop of this.#stops) {
        if (stop.advance(unit) && found === null) found = stop;
      }
      if (found === null) continue;
      this.#held = "";
      const end = known + at + 1;
      return { text: text.slice(0, end - found.text.length), stop: found.text, rest: text.slice(end) };
    }
    let held = 0;
    for (const stop of this.#stops) held = Math.max(held, stop.matched);
    this.#held = text.slice(text.length - held);
    return { text: text.slice(0, text.length - held), stop: null, rest: "" };
  }

  /** Gives what was held back, when nothing more comes. */
  finish(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}

/** How much of one stop text the text ends with, after each character (Knuth, Morris and Pratt). */
class Automaton {
  matched = 0;
  /** For each length of what matched: the next shorter one that matches too. */
  readonly #shorter: readonly number[];

  constructor(readonly text: string) {
    const shorter = [0];
    for (let length = 1, border = 0; length < text.length; length++) {
      while (border > 0 && text[border] !== text[length]) border = shorter[border - 1] ?? 0;
      if (text[border] === text[length]) border++;
      shorter.push(border);
    }
    this.#shorter = shorter;
  }

  /** Whether the stop text is complete with this character. */
  advance(unit: number): boolean {
    const { text } = this;
    while (this.matched > 0 && text.charCodeAt(this.matched) !== unit)
      this.matched = this.#shorter[this.matched - 1] ?? 0;
    if (text.charCodeAt(this.matched) === unit) this.matched++;
    return this.matched === text.length;
  }
}
