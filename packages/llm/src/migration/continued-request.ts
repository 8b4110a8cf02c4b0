import type { PreprocessedRequest } from "../generated/index.ts";

/**
 * The request that goes on where an answer broke off: the tokens so far stand behind the prompt, and the limits are lower by as
 * many. Null when the limit is reached: nothing is missing but the end.
 */
export function continuedRequest(request: PreprocessedRequest, soFar: readonly number[]): PreprocessedRequest | null {
  if (soFar.length === 0) return request;
  const { max_tokens: most, min_tokens: least, max_thinking_tokens: thinking, ...conditions } = request.stop_conditions;
  const less = (limit: number | null): number | null => (limit === null ? null : Math.max(0, limit - soFar.length));
  const left = less(most);
  if (left === 0) return null;
  return {
    ...request,
    token_ids: [...request.token_ids, ...soFar],
    stop_conditions: {
      ...conditions,
      max_tokens: left,
      min_tokens: less(least),
      max_thinking_tokens: less(thinking),
    },
    // What a prefill worker has made was for the engine that is gone.
    prefill_result: null,
    routing: request.routing === null ? null : { ...request.routing, backend_instance_id: null },
  };
}
