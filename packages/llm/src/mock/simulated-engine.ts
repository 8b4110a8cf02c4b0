import { StatorError } from "@stator/sdk";

import { type LLMEngineOutput, type PreprocessedRequest } from "../generated/index.ts";
import { type KvEventSink } from "../kv/kv-event-sink.ts";
import { BlockNames } from "./block-names.ts";
import { EchoedText } from "./echoed-text.ts";
import { engineInput } from "./engine-input.ts";
import { EngineOutput } from "./engine-output.ts";
import { type MockEngineSettings } from "./mock-engine-settings.ts";
import { type MockEngineState } from "./mock-engine-state.ts";
import { OutputQueue } from "./output-queue.ts";
import { Pace } from "./pace.ts";
import { RandomText } from "./random-text.ts";
import { Scheduler } from "./scheduler.ts";
import { type ReceivedBlocks, Sequence } from "./sequence.ts";
import { costOf } from "./step-cost.ts";
import { type WordTree } from "./word-tree.ts";

/** What of a request others do. */
export interface GenerateOptions {
  /** Ends the request; its blocks are free at once. */
  readonly signal: AbortSignal;
  /** Reads the prompt and writes nothing. Default: false. */
  readonly prefillOnly?: boolean;
  /** What another worker has computed of the prompt. Default: nothing. */
  readonly received?: ReceivedBlocks | null;
}

/** An engine in which everything is real but the model: blocks, cache, batches, and the time that steps take. */
export class SimulatedEngine {
  private readonly scheduler: Scheduler;
  private readonly pace: Pace;
  private readonly outputs = new Map<Sequence, OutputQueue<LLMEngineOutput>>();
  private readonly stopping = new AbortController();
  private wake: (() => void) | null = null;
  /** Whose prompts are counted. */
  private readonly begun = new WeakSet<Sequence>();
  private count = 0;
  private promptTokens = 0;
  private cachedTokens = 0;

  constructor(
    private readonly settings: MockEngineSettings,
    private readonly words: WordTree,
    events: KvEventSink,
    /** Called after each step, and when a request has left. */
    private readonly onChange: () => void = () => undefined,
  ) {
    this.scheduler = new Scheduler(settings, events);
    this.pace = new Pace(settings.speedup);
  }

  /** Most tokens of prompt and answer together. */
  get maxLength(): number {
    return Math.min(this.settings.contextLength, this.scheduler.maxLength);
  }

  get state(): MockEngineState {
    const { running, waiting, pool, prefillTokens, decodingBlocks, preemptions } = this.scheduler;
    return {
      running: running.length,
      waiting: waiting.length,
      usedBlocks: pool.used,
      cachedBlocks: pool.cached,
      totalBlocks: pool.total,
      prefillTokens,
      decodeBlocks: decodingBlocks,
      requests: this.count,
      preemptions,
      promptTokens: this.promptTokens,
      cachedTokens: this.cachedTokens,
    };
  }

  /** How many tokens at the beginning of a prompt are cached now. */
  cachedPrefix(request: PreprocessedRequest): number {
    const hashes = this.namesFor(request).of(request.token_ids);
    return this.scheduler.pool.match(hashes).length * this.settings.blockSize;
  }

  /** @throws StatorError `invalid_request` for a prompt that is empty or too long. */
  check(request: PreprocessedRequest): void {
    engineInput(request, this.settings, { maxLength: this.maxLength, prefillOnly: false, received: null });
  }

  /**
   * The answer to a request, a token at a time.
   *
   * @throws StatorError `invalid_request` for a prompt that is empty or too long, `overloaded` when too many wait, `shutting_down`.
   */
  async *generate(
    request: PreprocessedRequest,
    { signal, prefillOnly = false, received = null }: GenerateOptions,
  ): AsyncGenerator<LLMEngineOutput, void> {
    const input = engineInput(request, this.settings, { maxLength: this.maxLength, prefillOnly, received });
    this.refuse();
    if (signal.aborted) return;
    const queue = new OutputQueue<LLMEngineOutput>();
    const output = new EngineOutput(input.logprobs);
    const { echo, meanTokens } = this.settings;
    const source = echo
      ? new EchoedText(input.tokens)
      : new RandomText(this.words, input.seed, input.tokens, meanTokens);
    this.count += 1;
    const names = this.namesFor(request);
    const sequence = new Sequence(this.count, input.tokens, names, input.limits, source, (step) => {
      queue.push(output.of(step, sequence));
      if (step.end !== null) queue.end();
    });
    const leave = (): void => this.leave(sequence);
    this.outputs.set(sequence, queue);
    signal.addEventListener("abort", leave, { once: true });
    this.scheduler.add(sequence);
    this.wake?.();
    try {
      yield* queue.read();
    } finally {
      signal.removeEventListener("abort", leave);
      leave();
    }
  }

  /** Runs steps until `stop`. */
  async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const steps = this.scheduler.plan();
      if (steps.length === 0) {
        this.pace.rest();
        await this.work();
        continue;
      }
      for (const { sequence } of steps) this.countPrompt(sequence);
      await this.pace.spend(costOf(steps, this.settings), signal).catch(() => undefined);
      if (signal.aborted) return;
      this.scheduler.finish(steps);
      this.onChange();
    }
  }

  /** Ends the steps, and what is open with `shutting_down`. */
  stop(): void {
    this.stopping.abort();
    this.wake?.();
    for (const queue of this.outputs.values()) queue.end(gone());
  }

  private countPrompt(sequence: Sequence): void {
    if (this.begun.has(sequence)) return;
    this.begun.add(sequence);
    this.promptTokens += sequence.promptLength;
    this.cachedTokens += sequence.cachedTokens ?? 0;
  }

  private refuse(): void {
    if (this.stopping.signal.aborted) throw gone();
    const { maxWaiting } = this.settings;
    const waiting = this.scheduler.waiting.length;
    // Those that begin with the next step do not wait.
    const free = this.settings.maxSequences - this.scheduler.running.length;
    if (waiting < maxWaiting + free) return;
    throw new StatorError("overloaded", `${waiting} requests wait for this engine already; try another one, or later.`);
  }

  private namesFor({ routing }: PreprocessedRequest): BlockNames {
    const scope = { loraName: routing?.lora_name ?? null, cacheSalt: routing?.cache_salt ?? null };
    return new BlockNames(this.settings.blockSize, scope);
  }

  private leave(sequence: Sequence): void {
    const queue = this.outputs.get(sequence);
    if (queue === undefined) return;
    this.outputs.delete(sequence);
    this.scheduler.cancel(sequence);
    queue.end();
    this.onChange();
  }

  private work(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.wake = resolve;
    return promise;
  }
}

function gone(): StatorError {
  return new StatorError("shutting_down", "The engine is being stopped.");
}
