import { validate } from "../schema/validate.ts";
import type { CallTarget } from "./call-target.ts";
import type { TargetEndpoint } from "./dependency-target.ts";

/** How the one answer of an endpoint is brought into its form, and its declared error. */
export function answerReading(
  { output, error }: Pick<TargetEndpoint, "output" | "error">,
  path: string,
): CallTarget["answer"] {
  return {
    read: output === null ? undefined : (item) => validate(output, item, "invalid_response", path),
    failed:
      error === null
        ? undefined
        : (thrown) => {
            throw error.received(thrown, path);
          },
  };
}
