import type { Prompt, Tokenizer } from "../generated/index.ts";
import { badRequest } from "./refused.ts";
import { contextExceeded } from "./requests/engine-request.ts";
import type { LoadedModel } from "./loaded-model.ts";

/** A prompt as tokens, and as the text that an echo gives back. */
export interface EncodedPrompt {
  readonly tokenIds: number[];
  readonly text: string;
}

/** No token of a known vocabulary is longer, so that a longer text cannot fit; in units of UTF-16. */
const LONGEST_TOKEN = 256;

const MOST_PROMPTS = 1024;

/** The tokens of a text, on a thread of the addon. A text that cannot fit into the context is refused unread. */
export async function encoded(
  text: string,
  addSpecialTokens: boolean,
  { files, defaults }: LoadedModel,
  signal: AbortSignal,
  param: string,
): Promise<number[]> {
  const { contextLength } = defaults;
  if (contextLength !== null && text.length > contextLength * LONGEST_TOKEN) {
    throw contextExceeded(contextLength, `the prompt has ${text.length} characters`, "make it shorter", param);
  }
  return files.tokenizer.encode(text, addSpecialTokens, signal);
}

/**
 * The prompts of a completion, or the inputs of an embedding.
 *
 * @throws RequestRefusedError 400 for none, for too many, for tokens that the model does not have.
 */
export async function encodedPrompts(
  prompt: Prompt,
  param: string,
  model: LoadedModel,
  signal: AbortSignal,
): Promise<EncodedPrompt[]> {
  const { tokenizer } = model.files;
  const prompts = listed(prompt);
  if (prompts.length > MOST_PROMPTS) {
    throw badRequest(`${param} has ${prompts.length} prompts; ${MOST_PROMPTS} are the most.`, param);
  }
  return Promise.all(
    prompts.map(async (each, index): Promise<EncodedPrompt> => {
      const where = prompts.length === 1 ? param : `${param}[${index}]`;
      const tokenIds =
        typeof each === "string" ? await encoded(each, true, model, signal, param) : known(each, tokenizer, where);
      if (tokenIds.length === 0) throw badRequest(`${where} is empty.`, param);
      return { tokenIds, text: typeof each === "string" ? each : tokenizer.decode(each, true) };
    }),
  );
}

function listed(prompt: Prompt): (string | number[])[] {
  if (typeof prompt === "string") return [prompt];
  if (isTokens(prompt)) return [prompt];
  return prompt.length === 0 ? [""] : prompt;
}

function isTokens(prompt: string[] | number[] | number[][]): prompt is number[] {
  return typeof prompt[0] === "number";
}

function known(ids: number[], tokenizer: Tokenizer, param: string): number[] {
  const size = tokenizer.vocabularySize;
  const unknown = ids.find((id) => id >= size && tokenizer.idToToken(id) === null);
  if (unknown === undefined) return ids;
  throw badRequest(`${param} has the token ${unknown}, which the model does not have.`, param);
}
