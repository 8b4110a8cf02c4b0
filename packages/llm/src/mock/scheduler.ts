import { type KvEventSink, type StoredBlock } from "../kv/kv-event-sink.ts";
import { type KvBlock } from "./kv-block.ts";
import { KvBlockPool } from "./kv-block-pool.ts";
import { type Sequence } from "./sequence.ts";
import { type ScheduledStep } from "./scheduled-step.ts";

/** What bounds a scheduler. */
export interface SchedulerLimits {
  /** Tokens of a block. */
  readonly blockSize: number;
  /** Blocks that there are. */
  readonly blocks: number;
  /** Sequences in one step. */
  readonly maxSequences: number;
  /** Tokens in one step. */
  readonly maxBatchedTokens: number;
  /** Whether a prompt may be read in several steps. */
  readonly chunkedPrefill: boolean;
  /** Part of the blocks that stays free when another sequence begins, for those that run to grow. */
  readonly watermark: number;
  /** Whether full blocks are found again. */
  readonly prefixCaching: boolean;
}

/**
 * Continuous batching: each step computes a token of each sequence that runs, and as much of the prompts as fits beside. First come,
 * first served: when blocks run out, the sequence that came last gives up its blocks and is computed anew later.
 *
 * It knows no time. Whoever drives it asks for a step with `plan`, lets the time pass that it costs, and calls `finish`.
 */
export class Scheduler {
  readonly pool: KvBlockPool;
  /** Both in the order of arrival. */
  readonly running: Sequence[] = [];
  readonly waiting: Sequence[] = [];
  preemptions = 0;

  constructor(
    readonly limits: SchedulerLimits,
    private readonly events: KvEventSink,
  ) {
    this.pool = new KvBlockPool(limits.blocks, events);
  }

  /** Most tokens, prompt and answer, that a sequence may have: one alone always finds room. */
  get maxLength(): number {
    return this.limits.blocks * this.limits.blockSize;
  }

  add(sequence: Sequence): void {
    this.waiting.push(sequence);
  }

  /** Ends a sequence, wherever it is. Its blocks are free at once. */
  cancel(sequence: Sequence): void {
    remove(this.waiting, sequence);
    this.drop(sequence);
    sequence.state = "over";
  }

  /** What is computed next; empty when there is nothing to do. */
  plan(): ScheduledStep[] {
    const steps: ScheduledStep[] = [];
    let budget = this.limits.maxBatchedTokens;
    const before = this.preemptions;
    for (const sequence of [...this.running]) {
      if (sequence.state !== "running") continue;
      const tokens = this.share(sequence.missing, budget, steps.length === 0);
      if (tokens === 0 || !this.grow(sequence, tokens)) continue;
      steps.push({ sequence, tokens, context: sequence.computed });
      budget -= tokens;
    }
    // Who had to give up blocks gets them before others begin.
    if (this.preemptions === before) this.admit(steps, budget);
    return steps;
  }

  /** The planned step is over. Sequences that were cancelled meanwhile are left out. */
  finish(steps: readonly ScheduledStep[]): void {
    for (const { sequence, tokens } of steps) {
      if (sequence.state !== "running") continue;
      sequence.computed += tokens;
      this.seal(sequence);
      if (sequence.missing === 0 && sequence.advance()) this.drop(sequence);
    }
  }

  /** Blocks of sequences that write. */
  get decodingBlocks(): number {
    return this.running.reduce((sum, each) => sum + (each.isDecoding ? each.blocks.length : 0), 0);
  }

  /** Tokens of prompts that are not computed yet, of those that wait and those that run. */
  get prefillTokens(): number {
    return [...this.running, ...this.waiting].reduce((sum, each) => sum + (each.isDecoding ? 0 : each.missing), 0);
  }

  private admit(steps: ScheduledStep[], given: number): void {
    let budget = given;
    for (;;) {
      const [sequence] = this.waiting;
      if (sequence === undefined || this.running.length >= this.limits.maxSequences) return;
      const found = this.limits.prefixCaching ? this.pool.match(this.usable(sequence)) : [];
      const cached = Math.max(found.length * this.limits.blockSize, this.received(sequence));
      const tokens = this.share(sequence.tokens.length - cached, budget, steps.length === 0);
      if (tokens === 0 || !this.hasRoom(cached + tokens, found)) return;
      this.waiting.shift();
      this.begin(sequence, found, cached);
      if (!this.grow(sequence, tokens)) throw new Error("A sequence for which there was room found none.");
      this.seal(sequence);
      steps.push({ sequence, tokens, context: cached });
      budget -= tokens;
    }
  }

  /** At least one token has to be computed, for what comes next to be known. */
  private usable({ names, tokens }: Sequence): readonly bigint[] {
    return names.of(tokens).slice(0, Math.floor((tokens.length - 1) / this.limits.blockSize));
  }

  private received({ limits, tokens, preemptions }: Sequence): number {
    return preemptions > 0 ? 0 : Math.min(limits.received?.tokens ?? 0, tokens.length - 1);
  }

  /** How many of so many tokens fit into what is left of a step. */
  private share(missing: number, budget: number, isFirst: boolean): number {
    if (missing <= budget) return missing;
    if (this.limits.chunkedPrefill) return budget;
    // What never fits beside others is computed alone.
    return isFirst && missing > this.limits.maxBatchedTokens ? missing : 0;
  }

  private hasRoom(tokens: number, found: readonly KvBlock[]): boolean {
    const wanted = Math.ceil(tokens / this.limits.blockSize) - found.length;
    const kept = this.running.length === 0 ? 0 : Math.ceil(this.limits.watermark * this.limits.blocks);
    return this.pool.free - this.pool.idleAmong(found) - wanted >= kept;
  }

  private begin(sequence: Sequence, found: readonly KvBlock[], computed: number): void {
    for (const block of found) {
      this.pool.use(block);
      sequence.blocks.push(block);
    }
    sequence.sealed = found.length;
    sequence.computed = computed;
    sequence.cachedTokens ??= Math.max(found.length * this.limits.blockSize, sequence.limits.received?.cached ?? 0);
    sequence.state = "running";
    insert(this.running, sequence);
  }

  /** Gives a running sequence the blocks for so many tokens more; false if it had to give up its own. */
  private grow(sequence: Sequence, tokens: number): boolean {
    const wanted = Math.ceil((sequence.computed + tokens) / this.limits.blockSize);
    while (sequence.blocks.length < wanted) {
      const block = this.pool.allocate();
      if (block !== null) sequence.blocks.push(block);
      else if (this.preemptLast() === sequence) return false;
    }
    return true;
  }

  private preemptLast(): Sequence | undefined {
    const last = this.running.at(-1);
    if (last === undefined) throw new Error("Blocks are in use though nothing runs.");
    this.drop(last);
    last.state = "waiting";
    last.computed = 0;
    last.sealed = 0;
    last.preemptions += 1;
    this.preemptions += 1;
    insert(this.waiting, last);
    return last;
  }

  private drop(sequence: Sequence): void {
    remove(this.running, sequence);
    // The last block goes first, so that what is found again is found from its beginning.
    for (const block of sequence.blocks.splice(0).toReversed()) this.pool.release(block);
  }

  /** Names the blocks that are full and computed. */
  private seal(sequence: Sequence): void {
    const full = Math.floor(sequence.computed / this.limits.blockSize);
    if (!this.limits.prefixCaching || full === sequence.sealed) return;
    const { names, blocks } = sequence;
    names.of(sequence.tokens);
    let run: StoredBlock[] = [];
    let parent: bigint | null = null;
    const tell = (): void => {
      if (run.length > 0) this.events.stored(parent, run);
      run = [];
    };
    for (; sequence.sealed < full; sequence.sealed++) {
      const at = sequence.sealed;
      const [block, name] = [blocks[at], names.names[at]];
      if (block === undefined || name === undefined) throw new Error("A computed token has no block.");
      const sealed = this.pool.seal(block, name);
      blocks[at] = sealed.block;
      if (!sealed.isNew) tell();
      else {
        if (run.length === 0) ({ parent } = name);
        run.push({ block_hash: name.hash, tokens_hash: name.tokensHash });
      }
    }
    tell();
  }
}

function insert(list: Sequence[], sequence: Sequence): void {
  const at = list.findIndex(({ number }) => number > sequence.number);
  list.splice(at === -1 ? list.length : at, 0, sequence);
}

function remove(list: Sequence[], sequence: Sequence): void {
  const at = list.indexOf(sequence);
  if (at !== -1) list.splice(at, 1);
}
