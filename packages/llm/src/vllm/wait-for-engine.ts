import { setTimeout as sleep } from "node:timers/promises";

import { createLogger } from "@stator/runtime-native";
import { StatorError } from "@stator/sdk";

import type { OpenAiEngine } from "./openai-engine.ts";

/** Between two questions, how long each may take, and between two lines that say what is waited for, in milliseconds. */
const PAUSE_MS = 200;
const ASK_MS = 2000;
const TELL_MS = 15_000;

/**
 * Resolves when an engine that somebody else has started is healthy.
 *
 * @throws StatorError `deadline_exceeded`.
 */
export async function waitForEngine(engine: OpenAiEngine, timeoutMs: number): Promise<void> {
  const began = Date.now();
  let told = began;
  while (!(await engine.isHealthy(ASK_MS))) {
    const now = Date.now();
    if (now - began >= timeoutMs) {
      throw new StatorError(
        "deadline_exceeded",
        `The engine at ${engine.url} is not healthy after ${timeoutMs} ms. Check url and healthPath.`,
      );
    }
    if (now - told >= TELL_MS) {
      told = now;
      createLogger(() => ({ url: engine.url })).info("the engine is waited for");
    }
    await sleep(PAUSE_MS);
  }
}
