import type { ChatTokenLogprob, LLMEngineOutput } from "../../generated/index.ts";
import type { TokenTexts } from "./token-texts.ts";

/** The probabilities of the tokens of one step, as OpenAI writes them for chats; null if the engine gave none. */
export function tokenLogprobs(
  { token_ids: ids, log_probs: logprobs, top_logprobs: tops, tokens }: LLMEngineOutput,
  texts: TokenTexts,
): ChatTokenLogprob[] | null {
  if (logprobs === null) return null;
  return logprobs.map((logprob, at) => {
    const id = ids[at];
    const { text, bytes } = id === undefined ? ofText(tokens?.[at] ?? "") : texts.of(id);
    const top = (tops?.[at] ?? []).map((each) => {
      const known = each.token === null ? texts.of(each.token_id) : ofText(each.token);
      return { token: known.text, logprob: each.logprob, bytes: each.bytes ?? known.bytes };
    });
    return { token: text, logprob, bytes, top_logprobs: top };
  });
}

function ofText(text: string): { text: string; bytes: number[] } {
  return { text, bytes: [...new TextEncoder().encode(text)] };
}
