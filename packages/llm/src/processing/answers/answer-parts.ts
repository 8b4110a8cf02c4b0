import type { PreprocessedRequest } from "../../generated/index.ts";
import type { OpenEngine } from "../../migration/engine-attempt.ts";
import { MigratingStream, type MigrationOptions } from "../../migration/migrating-stream.ts";
import type { LoadedModel } from "../loaded-model.ts";
import type { UsageCount } from "../usage-count.ts";
import { type AnswerPart, AnswerReader } from "./answer-reader.ts";

/** What one answer needs. */
export interface AskedAnswer<T> {
  readonly model: LoadedModel;
  readonly request: PreprocessedRequest;
  readonly open: OpenEngine;
  readonly migration: MigrationOptions;
  readonly usage: UsageCount;
  /** Makes what is sent of a part; null for nothing. */
  readonly write: (part: AnswerPart) => T | null;
}

/** One answer, part by part. When its end is found, the engine is told to stop. */
export async function* answerParts<T>({
  model,
  request,
  open,
  migration,
  usage,
  write,
}: AskedAnswer<T>): AsyncGenerator<T, void> {
  const stream = new MigratingStream(request, open, migration);
  using reader = new AnswerReader(request, model.files.tokenizer, model.texts);
  try {
    for (let steps = await stream.next(); steps !== null; steps = await stream.next()) {
      for (const step of steps) {
        const part = reader.push(step);
        if (part.end !== null) {
          await stream.close();
          usage.addAnswer(reader.completionTokens, request.token_ids.length, step);
        }
        const written = write(part);
        if (written !== null) yield written;
        if (part.end !== null) return;
      }
    }
  } finally {
    await stream.close();
  }
}
