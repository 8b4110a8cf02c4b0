import { QUESTION } from "../crossing/event.ts";
import type { AnswerInput } from "../generated/types/answer.ts";
import type { ApplicationAnswers } from "./application-answers.ts";

/** What the application says to a question of the system server. Never throws. */
export async function answerQuestion(
  application: ApplicationAnswers | null,
  metrics: () => string,
  question: number,
): Promise<AnswerInput> {
  try {
    if (question === QUESTION.metrics) return { of: "metrics", text: metrics() };
    const ask = question === QUESTION.liveness ? application?.liveness() : application?.readiness();
    return { of: "health", services: (await ask) ?? [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { of: "health", services: [{ service: "application", ready: false, message }] };
  }
}
