import { afterAll, expect, test } from "bun:test";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { loadModelFiles, MOCK_MODEL_FOLDER, modelCardOf } from "@stator/llm";

const folder = await mkdtemp(join(tmpdir(), "stator-model-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A copy of the mock model with other files beside its tokenizer. */
async function model(name: string, files: Readonly<Record<string, unknown>>): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await cp(join(MOCK_MODEL_FOLDER, "tokenizer.json"), join(path, "tokenizer.json"));
  for (const [file, content] of Object.entries(files)) {
    await Bun.write(join(path, file), typeof content === "string" ? content : JSON.stringify(content));
  }
  return path;
}

async function templates(name: string, files: Readonly<Record<string, unknown>>): Promise<Record<string, string>> {
  return Object.fromEntries((await loadModelFiles(await model(name, files))).chatTemplates);
}

test("the mock model has a tokenizer that keeps every text, a template, and two tokens that end", async () => {
  const { tokenizer, chatTemplates, eosTokenIds, contextLength, specialTokens } =
    await loadModelFiles(MOCK_MODEL_FOLDER);
  const text = "<|im_start|>user\nHow are you? 你好 👩‍👩‍👧 e\u0301\r\n\t\u0000<|im_end|>";
  const ids = await tokenizer.encode(text, true);
  expect(ids.length).toBeLessThan(Buffer.byteLength(text));
  expect(tokenizer.decode(ids, false)).toBe(text);
  expect(eosTokenIds.map((id) => tokenizer.idToToken(id))).toEqual(["<|im_end|>", "<|endoftext|>"]);
  expect([...chatTemplates.keys()]).toEqual(["default"]);
  expect({ contextLength, specialTokens }).toMatchObject({
    contextLength: 32_768,
    specialTokens: { eos_token: "<|im_end|>" },
  });
});

test("templates are found as text, as a list of names, as an object, and in files, which count more", async () => {
  const named = [
    { name: "default", template: "plain" },
    { name: "tool_use", template: "tools" },
  ];
  expect(await templates("text", { "tokenizer_config.json": { chat_template: "one" } })).toEqual({ default: "one" });
  expect(await templates("list", { "tokenizer_config.json": { chat_template: named } })).toEqual({
    default: "plain",
    tool_use: "tools",
  });
  expect(await templates("object", { "tokenizer_config.json": { chat_template: { rag: "documents" } } })).toEqual({
    rag: "documents",
  });
  const both = {
    "tokenizer_config.json": { chat_template: named },
    "chat_template.jinja": "of its own",
    "additional_chat_templates/rag.jinja": "documents",
  };
  expect(await templates("files", both)).toEqual({ default: "of its own", rag: "documents", tool_use: "tools" });
  expect(await templates("none", {})).toEqual({});
});

test("special tokens may be objects, and stand in either file", async () => {
  const path = await model("special", {
    "tokenizer_config.json": { bos_token: { content: "<|endoftext|>", lstrip: false }, eos_token: null },
    "special_tokens_map.json": { eos_token: "<|im_end|>", additional_special_tokens: ["<|im_start|>"] },
    "config.json": { text_config: { max_position_embeddings: 4096 }, eos_token_id: 3 },
  });
  const { specialTokens, contextLength, eosTokenIds, tokenizer } = await loadModelFiles(path);
  expect(specialTokens).toEqual({ bos_token: "<|endoftext|>", eos_token: "<|im_end|>" });
  expect(contextLength).toBe(4096);
  expect(eosTokenIds).toEqual([tokenizer.tokenToId("<|im_end|>") ?? -1, 3]);
});

test("a tokenizer's length counts where no model says one, unless it stands for none", async () => {
  const long = await model("long", { "tokenizer_config.json": { model_max_length: 1e30 } });
  expect((await loadModelFiles(long)).contextLength).toBeNull();
  const short = await model("short", { "tokenizer_config.json": { model_max_length: 512 } });
  expect((await loadModelFiles(short)).contextLength).toBe(512);
});

test("what is missing or wrong is said with its path", async () => {
  const wrong = await model("wrong", { "tokenizer_config.json": "version https://git-lfs" });
  const list = await model("wrong-list", { "config.json": "[]" });
  const broken = await model("broken", { "tokenizer.json": "{}" });
  const load = loadModelFiles;
  expect(load(join(folder, "nowhere"))).rejects.toThrow(`${folder}/nowhere has no tokenizer.json`);
  expect(load(wrong)).rejects.toThrow(`${wrong}/tokenizer_config.json is not JSON`);
  expect(load(list)).rejects.toThrow(`${list}/config.json has no JSON object`);
  expect(load(broken)).rejects.toThrow(
    `${broken}/tokenizer.json cannot be used: Tokenizer.fromJson: not a tokenizer.json`,
  );
});

test("a card says what the files say", async () => {
  const card = await modelCardOf({ name: "Stator/Mock 1", folder: MOCK_MODEL_FOLDER, migration_limit: 5 });
  expect(card).toMatchObject({
    display_name: "Stator/Mock 1",
    slug: "stator-mock-1",
    source_path: MOCK_MODEL_FOLDER,
    context_length: 32_768,
    migration_limit: 5,
    model_type: "Chat | Completions",
  });
});
