import { type FileObject, isFileObject } from "./model-file.ts";

const NAME = /^(?:bos|eos|unk|sep|pad|cls|mask)_token$/;

/**
 * The special tokens that chat templates may name, such as `bos_token`, by that name. They stand in `tokenizer_config.json`, or
 * in `special_tokens_map.json`; as text, or as an object with `content`.
 */
export function readSpecialTokens(...files: readonly (FileObject | null)[]): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const file of files) {
    for (const [name, value] of Object.entries(file ?? {})) {
      const text = isFileObject(value) ? value.content : value;
      if (NAME.test(name) && typeof text === "string") tokens[name] ??= text;
    }
  }
  return tokens;
}
