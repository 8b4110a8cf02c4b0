import { Frontend, MockDecodeEngine, MockEngine, MockPrefillEngine, Processor } from "@stator/llm";
import { graph } from "@stator/sdk";

/** Every engine reads prompts and writes answers; calls go to the engines in turn. */
export const agg = graph(Frontend).link(Processor).link(MockEngine);

/** Prefill workers read long prompts for the engines that write. */
export const disagg = graph(Frontend).link(Processor).link(MockDecodeEngine).link(MockPrefillEngine);
