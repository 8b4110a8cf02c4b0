import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { type FileObject, isFileObject, readModelObject, readModelText } from "./model-file.ts";

/** The chat templates of a model by their names. One that has no name is `default`; `tool_use` is for requests with tools. */
export type ChatTemplates = ReadonlyMap<string, string>;

const FOLDER = "additional_chat_templates";

/**
 * Reads `chat_template.jinja` and `additional_chat_templates/*.jinja`; what they do not have is taken from
 * `tokenizer_config.json` (one text, a list of names and templates, or an object), then from `chat_template.json`.
 */
export async function readChatTemplates(folder: string, tokenizerConfig: FileObject | null): Promise<ChatTemplates> {
  const templates = new Map<string, string>();
  const add = (name: string, template: unknown): void => {
    if (typeof template === "string" && !templates.has(name)) templates.set(name, template);
  };
  add("default", await readModelText(folder, "chat_template.jinja"));
  for (const file of (await namesIn(join(folder, FOLDER))).toSorted()) {
    if (file.endsWith(".jinja")) add(file.slice(0, -".jinja".length), await readModelText(folder, join(FOLDER, file)));
  }
  for (const config of [tokenizerConfig, await readModelObject(folder, "chat_template.json")]) {
    for (const [name, template] of named(config?.chat_template)) add(name, template);
  }
  return templates;
}

function named(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) {
    return value
      .filter(isFileObject)
      .map(({ name, template }) => [typeof name === "string" ? name : "default", template]);
  }
  return isFileObject(value) ? Object.entries(value) : [["default", value]];
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
