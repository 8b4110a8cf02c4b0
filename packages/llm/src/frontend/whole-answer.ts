import { StatorError } from "@stator/runtime-native";

/** Puts the parts of an answer together, for clients that want no stream. */
export interface WholeAnswer<Part> {
  add(part: Part): void;
  /** As OpenAI answers. Throws `unknown_outcome` when the parts do not come to an end. */
  json(): object;
}

/** The stream has ended before the answer. */
export function brokenAnswer(): StatorError {
  return new StatorError("unknown_outcome", "The answer broke off before its end.");
}
