import type { AskedAnswer } from "./answers/answer-parts.ts";

/** One answer, before it is known how engines are called. */
export type AnswerPlan<T> = Omit<AskedAnswer<T>, "open" | "migration">;

/** Asks engines for all answers to a request, and gives each part as soon as it comes. */
export type AskAnswers = <T>(plans: readonly AnswerPlan<T>[]) => AsyncGenerator<T, void>;
