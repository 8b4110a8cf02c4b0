import { KvRouter, MockEngine, RandomRouter, RoundRobinRouter } from "@stator/llm";
import { graph } from "@stator/sdk";

import { BenchDriver } from "./bench-driver.ts";

/** The same graph with each router. */
export const kv = graph(BenchDriver).link(KvRouter).link(MockEngine);
export const roundRobin = graph(BenchDriver).link(RoundRobinRouter).link(MockEngine);
export const random = graph(BenchDriver).link(RandomRouter).link(MockEngine);
