import { endpoint, service } from "@stator/sdk";
import { z } from "zod";

import { Engine, Question } from "./engine.ts";

/** Answers in capital letters. */
@service({ namespace: "answers" })
export class ShoutEngine extends Engine {
  @endpoint({ input: Question, output: z.string(), idempotent: true })
  async *answer({ text }: Question): AsyncGenerator<string> {
    yield* text.toUpperCase().split(/\s+/);
  }
}
