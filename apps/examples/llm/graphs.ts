import {
  Frontend,
  KvRouter,
  LlamaWorker,
  MockDecodeEngine,
  MockEngine,
  MockPrefillEngine,
  Processor,
  RoutedProcessor,
  VllmWorker,
} from "@stator/llm";
import { graph } from "@stator/sdk";

/** Every engine reads prompts and writes answers; the one with the fewest open calls is taken. */
export const agg = graph(Frontend).link(Processor).link(MockEngine);

/** The engine is taken that has most of a prompt in its cache, and least to do. */
export const aggRouter = graph(Frontend).link(RoutedProcessor).link(KvRouter).link(MockEngine);

/** Prefill workers read long prompts for the engines that write. */
export const disagg = graph(Frontend).link(Processor).link(MockDecodeEngine).link(MockPrefillEngine);

/** Both. */
export const disaggRouter = graph(Frontend)
  .link(RoutedProcessor)
  .link(KvRouter)
  .link(MockDecodeEngine)
  .link(MockPrefillEngine);

/** vLLM, or any engine that speaks OpenAI's API. */
export const vllm = graph(Frontend).link(RoutedProcessor).link(KvRouter).link(VllmWorker);

/** A GGUF model in the worker's own process. */
export const llama = graph(Frontend).link(Processor).link(LlamaWorker);

export { aggRouter as agg_router, disaggRouter as disagg_router };
