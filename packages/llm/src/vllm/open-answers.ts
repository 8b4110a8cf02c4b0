import type { EngineLoad } from "../kv/load-publisher.ts";

/** An answer that an engine is at. */
export interface OpenAnswer {
  /** So many tokens have come. */
  made(tokens: number): void;
  /** It is over. */
  end(): void;
}

interface Tokens {
  readonly prompt: number;
  made: number;
}

/** What the answers that are open make of load: prompts that are read yet, and blocks of those that are written. */
export class OpenAnswers {
  readonly #open = new Set<Tokens>();

  constructor(
    private readonly blockSize: number,
    /** Is told after each change that matters: tokens that fill no further block do not. */
    private readonly changed: (load: EngineLoad) => void,
  ) {}

  begin(prompt: number): OpenAnswer {
    const answer: Tokens = { prompt, made: 0 };
    this.#open.add(answer);
    this.#tell();
    return {
      made: (tokens) => {
        const before = this.#blocks(answer);
        answer.made += tokens;
        if (this.#blocks(answer) !== before) this.#tell();
      },
      end: () => {
        if (this.#open.delete(answer)) this.#tell();
      },
    };
  }

  #tell(): void {
    let [prefill, blocks] = [0, 0];
    for (const answer of this.#open) {
      if (answer.made === 0) prefill += answer.prompt;
      else blocks += this.#blocks(answer);
    }
    this.changed({ active_prefill_tokens: prefill, active_decode_blocks: blocks });
  }

  #blocks({ prompt, made }: Tokens): number {
    return made === 0 ? 0 : Math.ceil((prompt + made) / this.blockSize);
  }
}
