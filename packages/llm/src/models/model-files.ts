import { StatorError } from "@stator/sdk";

import { Tokenizer } from "../generated/index.ts";
import { type ChatTemplates, readChatTemplates } from "./chat-templates.ts";
import { type FileObject, isFileObject, readModelObject, readModelText } from "./model-file.ts";
import { readSpecialTokens } from "./special-tokens.ts";

/** What a model's folder says of how text becomes tokens, and tokens text. */
export interface ModelFiles {
  /** Where they were read. */
  readonly folder: string;
  readonly tokenizer: Tokenizer;
  /** None for models that only go on with a text. */
  readonly chatTemplates: ChatTemplates;
  /** Such as `bos_token`; templates know them by these names. */
  readonly specialTokens: Readonly<Record<string, string>>;
  /** The tokens that the model ends its text with. */
  readonly eosTokenIds: readonly number[];
  /** Tokens of prompt and answer together; null if the files do not say. */
  readonly contextLength: number | null;
}

/**
 * Reads the folder of a model, in the form in which models are published: `tokenizer.json`, and beside it, where they are,
 * `tokenizer_config.json`, `special_tokens_map.json`, `chat_template.jinja`, `generation_config.json`, `config.json`.
 *
 * @throws StatorError `invalid_argument` naming the file that is missing or wrong.
 */
export async function loadModelFiles(folder: string): Promise<ModelFiles> {
  const [json, tokenizerConfig, specialMap, generation, config] = await Promise.all([
    readModelText(folder, "tokenizer.json"),
    readModelObject(folder, "tokenizer_config.json"),
    readModelObject(folder, "special_tokens_map.json"),
    readModelObject(folder, "generation_config.json"),
    readModelObject(folder, "config.json"),
  ]);
  if (json === null) {
    const remedy = "give the folder of a model that has one, as published beside its weights";
    throw new StatorError("invalid_argument", `${folder} has no tokenizer.json; ${remedy}.`);
  }
  const tokenizer = await readTokenizer(folder, json);
  const specialTokens = readSpecialTokens(tokenizerConfig, specialMap);
  return {
    folder,
    tokenizer,
    specialTokens,
    chatTemplates: await readChatTemplates(folder, tokenizerConfig),
    eosTokenIds: eosOf(tokenizer, specialTokens.eos_token, generation, config),
    contextLength: contextLengthOf(config, tokenizerConfig),
  };
}

async function readTokenizer(folder: string, json: string): Promise<Tokenizer> {
  try {
    return await Tokenizer.fromJson(json);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StatorError("invalid_argument", `${folder}/tokenizer.json cannot be used: ${reason}`, { cause });
  }
}

function eosOf(
  tokenizer: Tokenizer,
  eosToken: string | undefined,
  generation: FileObject | null,
  config: FileObject | null,
): number[] {
  const ids = new Set<number>();
  const own = eosToken === undefined ? null : tokenizer.tokenToId(eosToken);
  if (own !== null) ids.add(own);
  // A list of several stands in the generation's configuration only; the model's own is for those without it.
  for (const id of [generation?.eos_token_id ?? config?.eos_token_id].flat()) {
    if (isCount(id)) ids.add(id);
  }
  return [...ids];
}

const LENGTHS = ["max_position_embeddings", "n_positions", "max_sequence_length", "max_seq_len", "n_ctx", "seq_length"];

/** Tokenizers without a limit name a huge number. */
const NO_LIMIT = 1e9;

function contextLengthOf(config: FileObject | null, tokenizerConfig: FileObject | null): number | null {
  for (const place of [config, config?.text_config]) {
    if (!isFileObject(place)) continue;
    const length = LENGTHS.map((name) => place[name]).find(isCount);
    if (length !== undefined && length > 0) return length;
  }
  const length = tokenizerConfig?.model_max_length;
  return isCount(length) && length > 0 && length < NO_LIMIT ? length : null;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && value >>> 0 === value;
}
