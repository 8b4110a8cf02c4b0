import { abstractService } from "@stator/sdk";
import { z } from "zod";

export const Question = z.object({ text: z.string().min(1) });
export type Question = z.infer<typeof Question>;

/** What answers questions, word by word. Which engine it is, the graph decides. */
@abstractService()
export abstract class Engine {
  abstract answer(request: Question): AsyncGenerator<string>;
}
