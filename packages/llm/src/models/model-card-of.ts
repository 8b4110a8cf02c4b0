import type { ModelCardInput } from "../generated/index.ts";
import { checkedFiles } from "./checked-files.ts";
import { loadModelFiles } from "./model-files.ts";
import { modelSlug } from "./model-slug.ts";

/** How often a request may go on at another worker, unless the card says otherwise. */
export const MIGRATION_LIMIT = 3;

/** What a card says beside what the model's folder says. */
export type ModelCardOptions = Partial<ModelCardInput> & {
  /** The name that requests ask for. */
  readonly name: string;
  /** The folder of the model's files. */
  readonly folder: string;
};

/**
 * The card of a model whose files are in a folder of this machine. Whoever reads it looks for them in the same place.
 *
 * Defaults: chats and completions of tokens, the context length of the files, blocks of 16 tokens, 3 migrations.
 *
 * @throws StatorError `invalid_argument` naming the file that is missing or wrong.
 */
export async function modelCardOf({ name, folder, ...given }: ModelCardOptions): Promise<ModelCardInput> {
  const { contextLength, chatTemplates } = await loadModelFiles(folder);
  return {
    display_name: name,
    slug: modelSlug(name),
    source_path: folder,
    context_length: contextLength ?? 0,
    kv_cache_block_size: 16,
    migration_limit: MIGRATION_LIMIT,
    model_type: chatTemplates.size > 0 ? "Chat | Completions" : "Completions",
    model_input: "Tokens",
    worker_type: "aggregated",
    ...(await checkedFiles(folder)),
    ...given,
  };
}
