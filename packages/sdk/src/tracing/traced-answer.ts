import type { CallSpan } from "./call-span.ts";

/** One answer, whose span ends with it. */
export async function tracedAnswer(answer: Promise<unknown>, call: CallSpan): Promise<unknown> {
  try {
    const value = await answer;
    call.ended();
    return value;
  } catch (error) {
    call.failed(error);
    throw error;
  }
}
