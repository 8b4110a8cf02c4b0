import { StopMatcher } from "../answers/stop-matcher.ts";

/** How a model marks what it thinks before it answers. */
export interface ReasoningFormat {
  readonly open: string;
  readonly close: string;
  /** It thinks from the first token on, also where neither prompt nor answer have the mark. */
  readonly always: boolean;
}

const THINK = { open: "<think>", close: "</think>", always: false };

/** By the names that cards use (`runtime_config.reasoning_parser`). */
export const REASONING_FORMATS: Readonly<Record<string, ReasoningFormat>> = {
  basic: THINK,
  qwen: THINK,
  qwen3: THINK,
  glm45: THINK,
  deepseek_r1: { ...THINK, always: true },
  step3: { ...THINK, always: true },
  mistral: { open: "[THINK]", close: "[/THINK]", always: false },
  kimi: { open: "◁think▷", close: "◁/think▷", always: false },
};

/** A piece of an answer, as thought and as said. */
export interface Thought {
  readonly reasoning: string;
  readonly content: string;
}

/** Tells what a model thinks from what it says, piece by piece. */
export class ReasoningSplitter {
  /** Behind a thought models write space, which belongs to nothing. */
  #state: "begin" | "inside" | "space" | "outside";
  #begin = "";
  readonly #close: StopMatcher;

  /** `prompt`: its end; some templates open the thought themselves. */
  constructor(
    private readonly format: ReasoningFormat,
    prompt: string,
  ) {
    this.#state = prompt.trimEnd().endsWith(format.open) ? "inside" : "begin";
    this.#close = new StopMatcher([format.close]);
  }

  /** Takes the next piece; `last` if none follows. */
  push(text: string, last: boolean): Thought {
    const piece = this.#state === "begin" ? this.#beginning(text, last) : text;
    if (piece === null) return { reasoning: "", content: "" };
    if (this.#state === "space") return { reasoning: "", content: this.#unspaced(piece) };
    if (this.#state === "outside") return { reasoning: "", content: piece };
    const { text: reasoning, stop, rest } = this.#close.push(piece);
    if (stop === null) return { reasoning: reasoning + (last ? this.#close.finish() : ""), content: "" };
    this.#state = "space";
    return { reasoning, content: this.#unspaced(rest) };
  }

  #unspaced(text: string): string {
    const content = text.trimStart();
    if (content !== "") this.#state = "outside";
    return content;
  }

  /** What follows the mark, once it is clear whether there is one; null until then. */
  #beginning(text: string, last: boolean): string | null {
    const { open, always } = this.format;
    this.#begin += text;
    const trimmed = this.#begin.trimStart();
    if (!last && trimmed.length < open.length && open.startsWith(trimmed)) return null;
    const isMarked = trimmed.startsWith(open);
    this.#state = isMarked || always ? "inside" : "outside";
    return isMarked ? trimmed.slice(open.length) : this.#begin;
  }
}
