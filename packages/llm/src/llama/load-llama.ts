import { StatorError } from "@stator/sdk";

import type { LlamaInstance, LlamaLibrary } from "./llama-library.ts";
import type { LlamaSettings } from "./llama-settings.ts";

/**
 * Loads llama.cpp as it was built beforehand. Nothing is downloaded or compiled.
 *
 * @throws StatorError `not_found` with what is to be installed.
 */
export async function loadLlama({
  gpu,
  threads,
  library,
}: LlamaSettings): Promise<{ module: LlamaLibrary; llama: LlamaInstance }> {
  // The name is a setting, so that neither compilers nor bundlers look for a package that need not be there.
  const module = await (import(library) as Promise<LlamaLibrary>).catch((cause: unknown) => {
    const message = `LlamaWorker needs ${library}, which is not installed: bun add node-llama-cpp@3.22.1`;
    throw new StatorError("not_found", message, { cause });
  });
  try {
    const llama = await module.getLlama({
      build: "never",
      skipDownload: true,
      progressLogs: false,
      logLevel: module.LlamaLogLevel.error as never,
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
