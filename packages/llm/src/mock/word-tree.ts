/** A place in the tokens of words. */
export interface WordNode {
  readonly token: number;
  readonly children: Map<number, WordNode>;
  /** A word may end here. */
  isWord: boolean;
  /** Words that go through here. */
  words: number;
  /** The children as a list, once all words are there. */
  choices: readonly WordNode[];
  /** The longest end of what leads here that leads to a place, too. */
  shorter: WordNode | null;
}

/**
 * Words as tokens. Where in a word a text is follows from its last tokens alone, so a text can be continued by somebody who
 * does not know where it began: characters of several tokens are always completed.
 */
export class WordTree {
  readonly root: WordNode = node(-1);
  /** Tokens of a word, on average. */
  readonly meanLength: number;
  /** Tokens that occur in words. */
  readonly tokens: readonly number[];

  constructor(words: readonly (readonly number[])[]) {
    let length = 0;
    for (const word of words) {
      this.insert(word);
      length += word.length;
    }
    this.meanLength = length / Math.max(1, words.length);
    this.tokens = [...new Set(words.flat())].toSorted((a, b) => a - b);
    this.link();
  }

  /** Where one more token leads. */
  next(at: WordNode, token: number): WordNode {
    let from: WordNode | null = at;
    while (from !== null) {
      const child = from.children.get(token);
      if (child !== undefined) return child;
      from = from.shorter;
    }
    return this.root;
  }

  private insert(word: readonly number[]): void {
    let at = this.root;
    for (const token of word) {
      at.words += 1;
      let child = at.children.get(token);
      if (child === undefined) {
        child = node(token);
        at.children.set(token, child);
      }
      at = child;
    }
    at.words += 1;
    at.isWord = true;
  }

  /** From the root on, so that the places of shorter ends are linked already. */
  private link(): void {
    let level = [this.root];
    while (level.length > 0) {
      for (const parent of level) {
        parent.choices = [...parent.children.values()];
        for (const child of parent.choices)
          child.shorter = parent.shorter === null ? this.root : this.next(parent.shorter, child.token);
      }
      level = level.flatMap(({ choices }) => choices);
    }
  }
}

function node(token: number): WordNode {
  return { token, children: new Map(), isWord: false, words: 0, choices: [], shorter: null };
}
