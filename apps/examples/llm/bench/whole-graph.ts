import { Frontend, KvRouter, RoutedProcessor } from "@stator/llm";
import { graph } from "@stator/sdk";

import { BenchEngine } from "./bench-engine.ts";

/** All hops that a request over HTTP has. */
export const whole = graph(Frontend).link(RoutedProcessor).link(KvRouter).link(BenchEngine);
