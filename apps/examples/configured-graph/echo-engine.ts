import { configuration, endpoint, serve, service } from "@stator/sdk";
import { z } from "zod";

import { Engine, Question } from "./engine.ts";

const Settings = z.object({
  /** Most words of an answer; -1 for all. */
  maxWords: z.number().int().min(-1).default(16),
  /** Stands before each word. */
  prefix: z.string().default(""),
  model: z.object({ name: z.string().default("echo"), revision: z.string().default("1") }).prefault({}),
});

/** Gives the words of the question back. */
@service({ namespace: "answers", workers: 2 })
export class EchoEngine extends Engine {
  config = configuration(Settings);

  @endpoint({ input: Question, output: z.string(), idempotent: true })
  async *answer({ text }: Question): AsyncGenerator<string> {
    const { maxWords, prefix } = this.config;
    const words = text.split(/\s+/);
    yield* words.slice(0, maxWords === -1 ? words.length : maxWords).map((word) => prefix + word);
  }
}

if (import.meta.main) await serve(EchoEngine);
