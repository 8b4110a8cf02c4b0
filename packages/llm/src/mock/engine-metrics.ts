import { type Metrics } from "@stator/sdk";

import { type MockEngineState } from "./mock-engine-state.ts";

const GAUGES = {
  llm_engine_running_requests: { of: "running", help: "Requests in the batch." },
  llm_engine_waiting_requests: { of: "waiting", help: "Requests that wait for the batch." },
  llm_engine_kv_used_blocks: { of: "usedBlocks", help: "Blocks of the cache that requests use." },
  llm_engine_kv_cached_blocks: { of: "cachedBlocks", help: "Blocks that would be found again, in use or not." },
  llm_engine_kv_total_blocks: { of: "totalBlocks", help: "Blocks of the cache." },
} as const;

const COUNTERS = {
  llm_engine_requests_total: { of: "requests", help: "Requests that the engine has taken." },
  llm_engine_preemptions_total: { of: "preemptions", help: "Times that a request had to give up its blocks." },
  llm_engine_prompt_tokens_total: { of: "promptTokens", help: "Tokens of prompts that have begun." },
  llm_engine_cached_tokens_total: { of: "cachedTokens", help: "Those of them that were cached." },
} as const;

/** Shows an engine's state in the metrics of its process. */
export class EngineMetrics {
  private shown: Partial<MockEngineState> = {};

  constructor(
    private readonly metrics: Metrics,
    private readonly labels: Readonly<Record<string, string>>,
  ) {}

  show(state: MockEngineState): void {
    const { labels } = this;
    for (const [name, { of, help }] of Object.entries(GAUGES)) {
      if (state[of] !== this.shown[of]) this.metrics.gauge(name, { help, labels }).set(state[of]);
    }
    for (const [name, { of, help }] of Object.entries(COUNTERS)) {
      const more = state[of] - (this.shown[of] ?? 0);
      if (more > 0) this.metrics.counter(name, { help, labels }).inc(more);
    }
    if (state.promptTokens !== this.shown.promptTokens) {
      const help = "Part of the tokens of prompts that was cached.";
      const rate = state.promptTokens === 0 ? 0 : state.cachedTokens / state.promptTokens;
      this.metrics.gauge("llm_engine_kv_hit_rate", { help, labels }).set(rate);
    }
    this.shown = state;
  }
}
