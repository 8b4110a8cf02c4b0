import { PreprocessedRequest, type PreprocessedRequestInput } from "../src/index.ts";

/** A request with all defaults. */
export function engineRequest(request: PreprocessedRequestInput): PreprocessedRequest {
  const read = PreprocessedRequest["~standard"].validate(request);
  if (read instanceof Promise || read.issues !== undefined) throw new Error("That is no request.");
  return read.value;
}
