import type { CompletionUsage } from "../generated/index.ts";
import { EVENT_HEADERS, EventStream } from "./event-stream.ts";
import { errorText, openAIError } from "./openai-error.ts";
import type { RequestWatch } from "./request-watch.ts";
import type { WholeAnswer } from "./whole-answer.ts";
import { brokenAnswer } from "./whole-answer.ts";
import { jsonText } from "./without-nulls.ts";

/** What all parts of answers have. */
export interface AnswerPart {
  readonly choices: readonly unknown[];
  readonly usage: CompletionUsage | null;
}

/** One request on its way through the processor. */
export interface AnswerCall<Part extends AnswerPart> {
  readonly parts: AsyncIterable<Part>;
  readonly watch: RequestWatch;
  readonly requestId: string;
  readonly signal: AbortSignal;
  /** Hears of failures that clients see as the end of a stream only. */
  failed(error: unknown): void;
}

/** Answers with events. Throws what the call fails with before its first part, so that it has a status of its own. */
export async function streamAnswer<Part extends AnswerPart>(
  call: AnswerCall<Part>,
  event: (part: Part) => string,
  stallMs: number,
): Promise<Response> {
  const { watch, requestId, signal } = call;
  const items = call.parts[Symbol.asyncIterator]();
  const first = await items.next();
  if (first.done === true) throw brokenAnswer();
  const body = EventStream.body<Part>(first, {
    items,
    stallMs,
    event: (part) => {
      watch.part(part.choices.length > 0, part.usage);
      return event(part);
    },
    failure: (error) => `data: ${errorText(openAIError(error, requestId).error)}\n\n`,
    over: (end) => {
      if (end === "complete") return watch.over(200);
      if (end === "left" || signal.aborted) return watch.over(499);
      call.failed(end.error);
      watch.over(openAIError(end.error, requestId).status);
    },
  });
  return new Response(body, { headers: EVENT_HEADERS });
}

/** Answers with one JSON object, when all parts are there. */
export async function wholeAnswer<Part extends AnswerPart>(
  { parts, watch }: AnswerCall<Part>,
  whole: WholeAnswer<Part>,
): Promise<Response> {
  for await (const part of parts) {
    watch.part(part.choices.length > 0, part.usage);
    whole.add(part);
  }
  const response = jsonResponse(jsonText(whole.json()));
  watch.over(200);
  return response;
}

/** JSON text as a response. */
export function jsonResponse(text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { "content-type": "application/json", ...headers } });
}
