import { type ErrorCode, StatorError } from "@stator/runtime-native";
import type { StandardSchemaV1 } from "@standard-schema/spec";

import { issuePath, issueText } from "./issue-text.ts";

/** Issues that a message carries at most; a broken list of a million items must not make a message of a million lines. */
const MOST_ISSUES = 8;

/**
 * The value as the schema gives it back. A promise only when the schema itself is asynchronous.
 *
 * Throws `code` with the path of every issue in the message and in `details.issues`.
 */
export function validate(schema: StandardSchemaV1, value: unknown, code: ErrorCode, where: string): unknown {
  const result = schema["~standard"].validate(value);
  return result instanceof Promise ? result.then((late) => settled(late, code, where)) : settled(result, code, where);
}

function settled(result: StandardSchemaV1.Result<unknown>, code: ErrorCode, where: string): unknown {
  if (result.issues === undefined) return result.value;
  const shown = result.issues.slice(0, MOST_ISSUES);
  const more = result.issues.length - shown.length;
  const text = shown.map(issueText).join("; ") + (more > 0 ? `; and ${more} more` : "");
  const issues = shown.map((issue) => ({ path: issuePath(issue), message: issue.message }));
  throw new StatorError(code, `${where}: ${text}`, { details: { issues } });
}
