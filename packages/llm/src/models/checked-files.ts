import { resolve } from "node:path";

import { blake3 } from "@noble/hashes/blake3.js";
import type { JsonValue } from "@stator/runtime-native";

import type { ModelCardInput } from "../generated/index.ts";

/** Where a card names a file of the model's folder, and in which form. Of the original's card, as it was seen. */
const FILES = {
  model_info: ["config.json", (file: JsonValue) => ({ hf_config_json: file })],
  tokenizer: ["tokenizer.json", (file: JsonValue) => ({ hf_tokenizer_json: file })],
  prompt_formatter: ["tokenizer_config.json", (file: JsonValue) => ({ hf_tokenizer_config_json: file })],
  chat_template_file: ["chat_template.jinja", (file: JsonValue) => ({ hf_chat_template: { is_custom: false, file } })],
  gen_config: ["generation_config.json", (file: JsonValue) => ({ hf_generation_config_json: file })],
} as const satisfies Partial<Record<keyof ModelCardInput, readonly [string, (file: JsonValue) => JsonValue]>>;

/** The part of a card that names the model's files with their sizes and checksums, by which front ends of the original load them. */
export async function checkedFiles(folder: string): Promise<Partial<ModelCardInput>> {
  const entries = Object.entries(FILES).map(async ([field, [name, place]]) => {
    const file = await checkedFile(resolve(folder, name));
    return file === null ? [] : [[field, place(file)] as const];
  });
  return Object.fromEntries((await Promise.all(entries)).flat()) as Partial<ModelCardInput>;
}

async function checkedFile(path: string): Promise<JsonValue> {
  const file = Bun.file(path);
  if (!(await file.exists())) return null;
  const bytes = await file.bytes();
  return { path, checksum: `blake3:${Buffer.from(blake3(bytes)).toString("hex")}`, size: bytes.length };
}
