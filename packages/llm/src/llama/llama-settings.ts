import { z } from "zod";

/** What a {@link LlamaWorker} is told. */
export const LlamaSettings = z.object({
  /** The GGUF file. */
  path: z.string().default(""),
  /** The name that requests ask for. Empty: what the file calls the model, else its own name. */
  model: z.string().default(""),
  /** The folder with the model's `tokenizer.json`, for front ends. Empty: no card is registered. */
  modelFolder: z.string().default(""),
  /** Tokens of prompt and answer together; 0 for as many as the model was trained with, at most 8192. */
  contextSize: z.number().int().min(0).default(0),
  /** Answers that are written at once; each has memory of its own for its tokens. */
  sequences: z.number().int().min(1).max(256).default(4),
  /** Requests that may wait for one of them. */
  queue: z.number().int().min(0).default(64),
  /** Tokens that are read in one step, of all answers together. */
  batchSize: z.number().int().min(1).default(512),
  /** What computes: `auto` takes a GPU that a build of llama.cpp is installed for. */
  gpu: z.enum(["auto", "none", "cuda", "vulkan", "metal"]).default("auto"),
  /** Threads of the processor; 0 leaves it to llama.cpp. */
  threads: z.number().int().min(0).default(0),
  /** The package that has llama.cpp; it is imported when the worker starts. */
  library: z.string().min(1).default("node-llama-cpp"),
  /** Whether it makes embeddings, too, in a context of its own. */
  embeddings: z.boolean().default(false),
  /** Tokens of a block, for routers. */
  blockSize: z.number().int().min(1).default(16),
});

/** The settings with all defaults. */
export type LlamaSettings = z.output<typeof LlamaSettings>;
