import { type TopLogprob } from "../generated/index.ts";

/** What comes next in a sequence. */
export interface DrawnToken {
  /** Null for the end of the text. */
  readonly token: number | null;
  /** Of the token. */
  readonly logprob: number;
  /** The likeliest tokens there, this one first. */
  readonly likeliest: (count: number) => TopLogprob[];
}

/** Says what comes next, from what is there. */
export interface TokenSource {
  /** One more token is there. */
  add(token: number): void;
  /** What comes next; not the end unless `mayEnd`. Asking again gives the same. */
  draw(mayEnd: boolean): DrawnToken;
}
