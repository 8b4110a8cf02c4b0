import { z } from "zod";

const count = z.number().int().min(1);
const cost = z.number().min(0);

/** What a mock engine is told. Times are those of the engine that is modelled, in milliseconds. */
export const MockEngineSettings = z
  .object({
    /** The name that requests ask for. */
    model: z.string().min(1).default("mock-model"),
    /** The folder of its tokenizer and templates; empty for those of the model that comes with this package. */
    folder: z.string().default(""),
    /** Tokens of a block of the cache. */
    blockSize: count.default(16),
    /** Blocks of the cache. */
    blocks: count.default(4096),
    /** Most sequences in one step. */
    maxSequences: count.default(64),
    /** Most tokens in one step. */
    maxBatchedTokens: count.default(2048),
    /** Most requests that wait; further ones are refused with `overloaded`. */
    maxWaiting: z.number().int().min(0).default(1024),
    /** Whether prompts are read in several steps where they do not fit into one. */
    chunkedPrefill: z.boolean().default(true),
    /** Whether blocks that were computed are found again. */
    prefixCaching: z.boolean().default(true),
    /** Part of the blocks that stays free when another sequence begins. */
    watermark: z.number().min(0).max(0.5).default(0.01),
    /** Most tokens of prompt and answer together. It is never more than the blocks hold, or the model takes. */
    contextLength: count.default(8192),
    /** Tokens of an answer on average, where the request does not say when it ends. */
    meanTokens: count.default(64),
    /** What all answers depend on, beside the seeds of requests. */
    seed: z.number().int().default(0),
    /** Answers with the prompt. */
    echo: z.boolean().default(false),
    /** How many times as fast as the engine that is modelled; 0 lets no time pass. */
    speedup: z.number().min(0).default(1),
    stepMs: cost.default(5),
    prefillMsPerToken: cost.default(0.05),
    prefillMsPerPair: cost.default(0.000_002),
    decodeMsPerBlock: cost.default(0.002),
    /** How often the load is published at most, in milliseconds. */
    loadEveryMs: count.default(50),
    /** How often a request may go on at another worker, as the model's card says. */
    migrationLimit: z.number().int().min(0).default(3),
  })
  .refine(({ maxSequences, maxBatchedTokens }) => maxSequences <= maxBatchedTokens, {
    path: ["maxBatchedTokens"],
    message: "a step needs a token for each sequence: give at least as many as maxSequences",
  });
export type MockEngineSettings = z.infer<typeof MockEngineSettings>;
