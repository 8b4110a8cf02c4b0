import { type StatorError as Failure, StatorError } from "@stator/sdk";

/** How much of an engine's message is passed on, in characters. */
const MOST_CHARACTERS = 2000;

/** The error of an answer that is none: `status` of HTTP, the text of its body, and its `retry-after`. */
export function engineFailure(status: number, body: string, retryAfter: string | null = null): Failure {
  const message = `The engine answers ${status}: ${messageIn(body)}`;
  const pause = Number(retryAfter ?? "");
  const details = pause > 0 ? { retryAfterMs: Math.min(pause * 1000, 3_600_000) } : null;
  if (status === 429) return new StatorError("overloaded", message, { details });
  if (status === 413) return new StatorError("payload_too_large", message);
  // Keys and names that are wrong are this worker's fault, not the request's: another worker may do better.
  if (status === 401 || status === 403) return new StatorError("unavailable", `${message} Check apiKey.`);
  if (status === 404) return new StatorError("unavailable", `${message} Check url and model.`);
  if (status >= 400 && status < 500) return new StatorError("invalid_request", messageIn(body), { httpStatus: 400 });
  return new StatorError("unavailable", message, { details });
}

/** The error that came in place of a part of the answer: an object with `message` and `code`, or anything. */
export function failureInStream(error: unknown): Failure {
  const code = typeof error === "object" && error !== null && "code" in error ? Number(error.code) : Number.NaN;
  // What ended an answer that had begun may be made good by another worker, unless the request itself is to blame.
  const status = Number.isInteger(code) && code >= 400 && code < 600 ? code : 500;
  return engineFailure(status, JSON.stringify({ error }));
}

function messageIn(body: string): string {
  const text = messageOf(parsed(body)) ?? (body.trim() === "" ? "(no message)" : body.trim());
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

/** OpenAI's form is `{ error: { message } }`, that of older engines `{ message }`, that of FastAPI `{ detail }`. */
function messageOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return null;
  const { error, message, detail } = value as Record<string, unknown>;
  return (
    messageOf(error) ??
    messageOf(message) ??
    (detail === undefined ? null : (messageOf(detail) ?? JSON.stringify(detail)))
  );
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
