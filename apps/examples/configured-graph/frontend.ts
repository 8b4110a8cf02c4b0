import { api, depends, service } from "@stator/sdk";
import { z } from "zod";

import { Engine, Question } from "./engine.ts";

/** Answers `POST /answer` with what the engine says. */
@service({ namespace: "answers" })
export class Frontend {
  engine = depends(Engine);

  @api({ path: "/answer", input: Question, output: z.string() })
  async *answer(request: Question): AsyncGenerator<string> {
    yield* this.engine.answer(request);
  }
}
