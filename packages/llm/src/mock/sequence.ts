import { type BlockNames } from "./block-names.ts";
import { type DrawnToken, type TokenSource } from "./drawn-token.ts";
import { type KvBlock } from "./kv-block.ts";

/** What a sequence is asked for. */
export interface SequenceLimits {
  /** Most new tokens; 0 to read the prompt only. */
  readonly maxTokens: number;
  /** Nothing but `maxTokens` ends it before that many. */
  readonly minTokens: number;
  /** The model may end it. */
  readonly mayEnd: boolean;
  /** End it, and are no part of it. */
  readonly hiddenStops: ReadonlySet<number>;
  /** End it, and are part of it. */
  readonly visibleStops: ReadonlySet<number>;
  /** What another worker has computed; null for nothing. */
  readonly received: ReceivedBlocks | null;
}

/** Blocks of the beginning of a prompt that come from another worker: nothing is computed for them, unless they get lost. */
export interface ReceivedBlocks {
  readonly tokens: number;
  /** Tokens of them that were cached there. */
  readonly cached: number;
}

/** How a sequence ended. */
export type SequenceEnd =
  | { readonly kind: "eos" | "length" | "prefilled" }
  | { readonly kind: "stop"; readonly token: number };

/** What a step has brought for a sequence. */
export interface SequenceStep {
  /** The new token, if there is one. */
  readonly token: number | null;
  readonly logprob: number;
  /** The likeliest tokens there; to be asked while the step is told of. */
  readonly likeliest: DrawnToken["likeliest"];
  readonly end: SequenceEnd | null;
}

/** A request in the scheduler: its tokens, how many of them are computed, and the blocks for that. */
export class Sequence {
  state: "waiting" | "running" | "over" = "waiting";
  /** Prompt and answer. */
  readonly tokens: number[];
  readonly promptLength: number;
  /** Tokens at the beginning whose keys and values are in the blocks. */
  computed = 0;
  readonly blocks: KvBlock[] = [];
  /** Blocks at the beginning that have names. */
  sealed = 0;
  /** Tokens of the prompt that were cached when it began; null before. */
  cachedTokens: number | null = null;
  /** How often its blocks were taken away. */
  preemptions = 0;

  constructor(
    /** Its place in the order of arrival. */
    readonly number: number,
    tokens: readonly number[],
    readonly names: BlockNames,
    readonly limits: SequenceLimits,
    private readonly source: TokenSource,
    private readonly onStep: (step: SequenceStep) => void,
  ) {
    this.tokens = [...tokens];
    this.promptLength = tokens.length;
  }

  get generated(): number {
    return this.tokens.length - this.promptLength;
  }

  /** Tokens that have to be computed before there is another one. */
  get missing(): number {
    return this.tokens.length - this.computed;
  }

  /** Whether the next step only adds a token. */
  get isDecoding(): boolean {
    return this.missing === 1 && this.generated > 0;
  }

  /** Everything is computed: tells of what comes next. Returns whether it is over. */
  advance(): boolean {
    const step = this.next();
    if (step.token !== null) this.tokens.push(step.token);
    if (step.end !== null) this.state = "over";
    // Before the source goes on: what was likely there is asked of it.
    this.onStep(step);
    if (step.token !== null) this.source.add(step.token);
    return step.end !== null;
  }

  private next(): SequenceStep {
    const { maxTokens, minTokens, mayEnd, hiddenStops, visibleStops } = this.limits;
    if (maxTokens === 0) return { token: null, logprob: 0, likeliest: () => [], end: { kind: "prefilled" } };
    const isFree = this.generated >= minTokens;
    const { token, logprob, likeliest } = this.source.draw(mayEnd && isFree);
    const told = { logprob, likeliest };
    if (token === null) return { ...told, token, end: { kind: "eos" } };
    if (isFree && hiddenStops.has(token)) return { ...told, token: null, end: { kind: "stop", token } };
    if (isFree && visibleStops.has(token)) return { ...told, token, end: { kind: "stop", token } };
    return { ...told, token, end: this.generated + 1 >= maxTokens ? { kind: "length" } : null };
  }
}
