import { StatorError } from "@stator/sdk";
import type * as NodeLlamaCpp from "node-llama-cpp";

import type { LlamaSettings } from "./llama-settings.ts";

/** What is loaded: the module of node-llama-cpp is not there unless somebody has installed it. */
export type LlamaModule = typeof NodeLlamaCpp;

/**
 * Loads llama.cpp as it was built beforehand. Nothing is downloaded or compiled.
 *
 * @throws StatorError `not_found` with what is to be installed.
 */
export async function loadLlama({
  gpu,
  threads,
}: LlamaSettings): Promise<{ module: LlamaModule; llama: NodeLlamaCpp.Llama }> {
  const module = await import("node-llama-cpp").catch((cause: unknown) => {
    const message = "LlamaWorker needs node-llama-cpp: bun add node-llama-cpp@3.22.1";
    throw new StatorError("not_found", message, { cause });
  });
  try {
    const llama = await module.getLlama({
      build: "never",
      skipDownload: true,
      progressLogs: false,
      logLevel: module.LlamaLogLevel.error,
      gpu: gpu === "none" ? false : gpu,
      ...(threads === 0 ? {} : { maxThreads: threads }),
    });
    return { module, llama };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `No build of llama.cpp for this machine and gpu ${gpu} is installed (@node-llama-cpp/…): ${reason}`;
    throw new StatorError("not_found", message, { cause });
  }
}
