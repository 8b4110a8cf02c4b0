import { type TopLogprob } from "../generated/index.ts";
import { type DrawnToken, type TokenSource } from "./drawn-token.ts";
import { TokenHash } from "./token-hash.ts";
import { type WordNode, type WordTree } from "./word-tree.ts";

const END = 0;
const GO_ON = 1;
const CHOICE = 2;
const CHANCE = 3;
const OTHERS = 4;

/** Text of words that look random, though each token follows from the seed and all tokens before it. */
export class RandomText implements TokenSource {
  private readonly hash: TokenHash;
  private at: WordNode;

  constructor(
    private readonly words: WordTree,
    seed: bigint,
    tokens: readonly number[],
    /** How long a text is, on average. */
    private readonly meanTokens: number,
  ) {
    this.hash = new TokenHash(seed);
    this.at = words.root;
    for (const token of tokens) this.add(token);
  }

  add(token: number): void {
    this.hash.add(token);
    this.at = this.words.next(this.at, token);
  }

  draw(mayEnd: boolean): DrawnToken {
    const { at, hash, words } = this;
    const goesOn = at.choices.length > 0 && at !== words.root && (!at.isWord || hash.fraction(GO_ON) < 0.5);
    const ends = mayEnd && !goesOn && hash.fraction(END) < words.meanLength / this.meanTokens;
    const token = ends ? null : chosen(goesOn ? at : words.root, hash.fraction(CHOICE));
    const chance = 0.5 + hash.fraction(CHANCE) / 2;
    return { token, logprob: Math.log(chance), likeliest: (count) => this.likeliest(token, chance, count) };
  }

  private likeliest(token: number | null, chance: number, count: number): TopLogprob[] {
    const { tokens } = this.words;
    const first = Math.floor(this.hash.fraction(OTHERS) * tokens.length);
    const others = Array.from({ length: Math.min(count, tokens.length) }, (_, index) => {
      return tokens[(first + index) % tokens.length] ?? 0;
    }).filter((other) => other !== token);
    const all = token === null ? others : [token, ...others];
    return all.slice(0, count).map((token_id, index) => {
      // The rest is shared out in halves.
      const logprob = index === 0 ? Math.log(chance) : Math.log((1 - chance) / 2 ** index);
      return { rank: index + 1, token_id, token: null, logprob, bytes: null };
    });
  }
}

/** One of the children, the likelier the more words they begin. */
function chosen({ choices }: WordNode, fraction: number): number {
  let left = fraction * choices.reduce((sum, { words }) => sum + words, 0);
  for (const child of choices) {
    left -= child.words;
    if (left < 0) return child.token;
  }
  return choices.at(-1)?.token ?? 0;
}
