import type { ChatTokenLogprob, CompletionChoice, CompletionLogprobs } from "../generated/index.ts";
import type { AnswerPart } from "./answers/answer-reader.ts";

/** Writes one answer to a prompt, part by part. */
export class CompletionChoiceWriter {
  /** In characters, not in units of UTF-16. */
  #offset: number;

  /** `echo`: what the answer begins with. */
  constructor(
    private readonly index: number,
    private echo: string,
  ) {
    this.#offset = characters(echo);
  }

  /** What a part adds to the answer; null for nothing yet. */
  push({ text, logprobs, end }: AnswerPart): CompletionChoice | null {
    const whole = this.echo + text;
    const hasLogprobs = logprobs !== null && logprobs.length > 0;
    if (whole === "" && !hasLogprobs && end === null) return null;
    this.echo = "";
    return {
      index: this.index,
      text: whole,
      logprobs: hasLogprobs ? this.#logprobs(logprobs) : null,
      finish_reason: end,
    };
  }

  #logprobs(logprobs: readonly ChatTokenLogprob[]): CompletionLogprobs {
    const offsets = logprobs.map(({ token }) => {
      const offset = this.#offset;
      this.#offset += characters(token);
      return offset;
    });
    return {
      tokens: logprobs.map(({ token }) => token),
      token_logprobs: logprobs.map(({ logprob }) => logprob),
      top_logprobs: logprobs.map(({ top_logprobs: top }) =>
        Object.fromEntries(top.map(({ token, logprob }) => [token, logprob])),
      ),
      text_offset: offsets,
    };
  }
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
