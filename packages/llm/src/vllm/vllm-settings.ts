import { z } from "zod";

const milliseconds = z.number().int().min(1);

/** What a {@link VllmWorker} is told. */
export const VllmSettings = z.object({
  /** The name that requests ask for, and that the engine is asked for. Empty: what the engine calls its first model. */
  model: z.string().default(""),
  /** The engine to attach to, such as `http://127.0.0.1:8001`. Empty: the worker starts one with `serve`. */
  url: z.string().default(""),
  /** Sent to the engine as `Authorization: Bearer`. Give it in the environment. */
  apiKey: z.string().default("").meta({ writeOnly: true }),
  /** Where the engine says whether it can take requests. */
  healthPath: z.string().startsWith("/").default("/health"),
  /** `ids` asks for token ids, as vLLM gives them; `text` is for engines that refuse what OpenAI does not have. */
  output: z.enum(["ids", "text"]).default("ids"),
  /** How long the engine may take until it is healthy: large models load for minutes. */
  startTimeoutMs: milliseconds.default(1_800_000),
  /** How long the engine may take to begin with an answer, its queue and the reading of the prompt included. */
  firstTokenTimeoutMs: milliseconds.default(600_000),
  /** The folder of the model's files, for front ends. Empty: no card is registered. */
  modelFolder: z.string().default(""),
  /** Tokens of a block of the engine's cache. */
  blockSize: z.number().int().min(1).default(16),
  /** How an engine is started. */
  serve: z
    .object({
      /** The program: a path, or a name on PATH. */
      executable: z.string().min(1).default("vllm"),
      /** What `vllm serve` loads: a folder, or a name of the hub. Empty: `modelFolder`, else `model`. */
      model: z.string().default(""),
      /** Where it listens, on loopback; 0 for a free port. */
      port: z.number().int().min(0).max(65_535).default(0),
      /** Further arguments, such as `["--max-model-len", "8192"]`. */
      arguments: z.array(z.string()).default([]),
      /** Added to its environment. */
      env: z.record(z.string(), z.string()).default({}),
      /** How long it may take to end after SIGTERM. */
      stopTimeoutMs: milliseconds.default(10_000),
      /** How often it is started again when it has ended by itself, before the worker gives up. */
      restarts: z.number().int().min(0).default(3),
      /** An engine that has run for so long has its restarts back. */
      stableMs: milliseconds.default(60_000),
    })
    .prefault({}),
  /** What the engine says of its cache. */
  kvEvents: z
    .object({
      /** Whether to listen. An engine that the worker starts is told to publish. */
      enabled: z.boolean().default(true),
      /**
       * The engine's PUB socket, such as `tcp://127.0.0.1:5557`. Empty: an engine that the worker starts gets a Unix socket; one
       * that it attaches to is not listened to.
       */
      endpoint: z.string().default(""),
      /** Its ROUTER socket for what was missed. Empty: as above. */
      replayEndpoint: z.string().default(""),
      /** What its messages begin with. */
      topic: z.string().default("kv-events"),
    })
    .prefault({}),
});

/** The settings with all defaults. */
export type VllmSettings = z.output<typeof VllmSettings>;
