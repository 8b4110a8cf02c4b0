import type { CompletionUsage, LLMEngineOutput } from "../generated/index.ts";

/** Counts what the answers to one request took, over all engines that worked on them. */
export class UsageCount {
  #prompt = 0;
  #completion = 0;
  #cached: number | null = null;
  #reasoning: number | null = null;

  /** A prompt counts once, however many answers it gets. */
  addPrompt(tokens: number): void {
    this.#prompt += tokens;
  }

  /** An answer is complete. `counted`: its tokens, or 0 if the engine gave text without tokens; then its own count is taken. */
  addAnswer(counted: number, prompt: number, last: LLMEngineOutput | null): void {
    const own = last?.completion_usage ?? null;
    this.#completion += counted > 0 ? counted : (own?.completion_tokens ?? 0);
    const cached = own?.prompt_tokens_details?.cached_tokens ?? null;
    // An engine that went on with an answer counts what was generated before as its prompt.
    if (cached !== null) this.#cached = Math.max(this.#cached ?? 0, Math.min(cached, prompt));
    const reasoning = own?.completion_tokens_details?.reasoning_tokens ?? null;
    if (reasoning !== null) this.#reasoning = (this.#reasoning ?? 0) + reasoning;
  }

  /** What it all took. */
  get usage(): CompletionUsage {
    return {
      prompt_tokens: this.#prompt,
      completion_tokens: this.#completion,
      total_tokens: this.#prompt + this.#completion,
      prompt_tokens_details: this.#cached === null ? null : { cached_tokens: this.#cached },
      completion_tokens_details: this.#reasoning === null ? null : { reasoning_tokens: this.#reasoning },
    };
  }
}
