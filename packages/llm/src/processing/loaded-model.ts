import type { ModelCard } from "../generated/index.ts";
import { loadModelFiles, type ModelFiles } from "../models/model-files.ts";
import type { ServedModel } from "../models/model-directory.ts";
import { TokenTexts } from "./answers/token-texts.ts";
import { refused } from "./refused.ts";
import type { RequestDefaults } from "./requests/engine-request.ts";
import { ChatTemplate } from "./templates/chat-template.ts";
import type { PromptTemplates } from "./templates/chat-prompt.ts";

/** A model with everything that requests for it need. */
export interface LoadedModel {
  readonly name: string;
  readonly card: ModelCard;
  readonly files: ModelFiles;
  readonly prompts: PromptTemplates;
  readonly texts: TokenTexts;
  readonly defaults: RequestDefaults;
}

interface Loaded {
  readonly files: ModelFiles;
  readonly prompts: PromptTemplates;
  readonly texts: TokenTexts;
}

/** More folders than that are not kept at once: the one that was loaded first goes. */
const MOST_FOLDERS = 32;

/** The files of models, each folder read once. */
export class LoadedModels {
  readonly #folders = new Map<string, Promise<Loaded>>();

  /**
   * The model with its files.
   *
   * @throws RequestRefusedError 503 when they are not on this machine, or are wrong.
   */
  async get({ name, card }: ServedModel): Promise<LoadedModel> {
    const { source_path: folder } = card;
    if (folder === null) throw unusable(name, "its card names no folder");
    const loaded = await this.#load(folder).catch((error: unknown) => {
      throw unusable(name, error instanceof Error ? error.message : String(error));
    });
    const { eosTokenIds, contextLength } = loaded.files;
    const own = card.context_length > 0 ? card.context_length : contextLength;
    return { name, card, ...loaded, defaults: { eosTokenIds, contextLength: own } };
  }

  #load(folder: string): Promise<Loaded> {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const [first] = this.#folders.keys();
    if (first !== undefined && this.#folders.size >= MOST_FOLDERS) this.#folders.delete(first);
    const loading = load(folder);
    this.#folders.set(folder, loading);
    // The next request tries again.
    loading.catch(() => this.#folders.delete(folder));
    return loading;
  }
}

async function load(folder: string): Promise<Loaded> {
  const files = await loadModelFiles(folder);
  const templates = new Map<string, ChatTemplate>();
  for (const [name, source] of files.chatTemplates) templates.set(name, new ChatTemplate(source));
  return {
    files,
    prompts: { templates, specialTokens: files.specialTokens },
    texts: new TokenTexts(files.tokenizer),
  };
}

function unusable(name: string, why: string): Error {
  return refused(503, `The model ${JSON.stringify(name)} cannot be used here: ${why}`, "model", "model_unavailable");
}
