import { type DrawnToken, type TokenSource } from "./drawn-token.ts";

/**
 * The prompt once more, and then the end. How far it is follows from the tokens alone: what has been repeated is the longest end of
 * them that they begin with. A prompt that ends as it begins is therefore taken for one that is being repeated.
 */
export class EchoedText implements TokenSource {
  private readonly prompt: readonly number[];
  private repeated: number;

  constructor(tokens: readonly number[]) {
    this.repeated = repeatedIn(tokens);
    this.prompt = tokens.slice(0, tokens.length - this.repeated);
  }

  add(_token: number): void {
    this.repeated += 1;
  }

  draw(mayEnd: boolean): DrawnToken {
    const ends = mayEnd && this.repeated >= this.prompt.length;
    const token = ends ? null : (this.prompt[this.repeated % this.prompt.length] ?? 0);
    const likeliest = { rank: 1, token_id: token ?? 0, token: null, logprob: 0, bytes: null };
    return { token, logprob: 0, likeliest: (count) => (token === null || count === 0 ? [] : [likeliest]) };
  }
}

/** The length of the longest end, at most half, that is also the beginning. */
function repeatedIn(tokens: readonly number[]): number {
  const borders = [0];
  for (let index = 1; index < tokens.length; index++) {
    let length = borders[index - 1] ?? 0;
    while (length > 0 && tokens[length] !== tokens[index]) length = borders[length - 1] ?? 0;
    borders.push(tokens[length] === tokens[index] ? length + 1 : 0);
  }
  let longest = borders.at(-1) ?? 0;
  while (longest * 2 > tokens.length) longest = borders[longest - 1] ?? 0;
  return longest;
}
