import { join } from "node:path";

import { MOCK_MODEL_FOLDER } from "../../src/index.ts";
import { ggufFile, type GgufTensor } from "./gguf-file.ts";

const WIDTH = 32;
const HEADS = 4;
const HIDDEN = 64;
const LAYERS = 2;
/** Tokens of prompt and answer together. */
export const TINY_CONTEXT = 512;

const folder = (name: string) => Bun.file(join(MOCK_MODEL_FOLDER, name));

interface TokenizerFile {
  readonly model: { readonly vocab: Record<string, number>; readonly merges: readonly (readonly [string, string])[] };
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

/**
 * Writes a llama of random weights, always the same ones, with the tokenizer and the chat template of the mock model: what its
 * folder says of text and tokens holds for it, too.
 */
export async function writeTinyModel(path: string): Promise<void> {
  const { model, added_tokens } = (await folder("tokenizer.json").json()) as TokenizerFile;
  const { eos_token } = (await folder("tokenizer_config.json").json()) as { eos_token: string };
  const tokens: string[] = [];
  for (const [text, id] of Object.entries(model.vocab)) tokens[id] = text;
  for (const { id, content } of added_tokens) tokens[id] = content;
  const special = new Set(added_tokens.map(({ id }) => id));
  const metadata = {
    "general.architecture": { text: "llama" },
    "general.name": { text: "tiny" },
    "general.alignment": { u32: 32 },
    "general.file_type": { u32: 0 },
    "llama.block_count": { u32: LAYERS },
    "llama.context_length": { u32: TINY_CONTEXT },
    "llama.embedding_length": { u32: WIDTH },
    "llama.feed_forward_length": { u32: HIDDEN },
    "llama.attention.head_count": { u32: HEADS },
    "llama.attention.head_count_kv": { u32: HEADS },
    "llama.attention.layer_norm_rms_epsilon": { f32: 1e-5 },
    "llama.rope.dimension_count": { u32: WIDTH / HEADS },
    "llama.vocab_size": { u32: tokens.length },
    "tokenizer.ggml.model": { text: "gpt2" },
    "tokenizer.ggml.pre": { text: "gpt-2" },
    "tokenizer.ggml.tokens": { texts: tokens },
    // 3 is a token that controls, 1 one that is text.
    "tokenizer.ggml.token_type": { i32s: tokens.map((_, id) => (special.has(id) ? 3 : 1)) },
    "tokenizer.ggml.merges": { texts: model.merges.map((pair) => pair.join(" ")) },
    "tokenizer.ggml.eos_token_id": { u32: tokens.indexOf(eos_token) },
    "tokenizer.ggml.bos_token_id": { u32: tokens.indexOf("<|endoftext|>") },
    "tokenizer.ggml.add_bos_token": { bool: false },
    "tokenizer.chat_template": { text: await folder("chat_template.jinja").text() },
  };
  await Bun.write(path, ggufFile(metadata, tensorsOf(tokens.length)));
}

function tensorsOf(vocabulary: number): GgufTensor[] {
  const random = normal(42);
  const matrix = (name: string, from: number, to: number): GgufTensor => {
    const values = new Float32Array(from * to).map(() => random() / Math.sqrt(from));
    return { name: `${name}.weight`, dimensions: [from, to], values };
  };
  const norm = (name: string): GgufTensor => {
    return { name: `${name}.weight`, dimensions: [WIDTH], values: new Float32Array(WIDTH).fill(1) };
  };
  const layers = Array.from({ length: LAYERS }, (_, layer) => {
    const at = `blk.${layer}.`;
    return [
      norm(`${at}attn_norm`),
      ...["attn_q", "attn_k", "attn_v", "attn_output"].map((name) => matrix(at + name, WIDTH, WIDTH)),
      norm(`${at}ffn_norm`),
      matrix(`${at}ffn_gate`, WIDTH, HIDDEN),
      matrix(`${at}ffn_up`, WIDTH, HIDDEN),
      matrix(`${at}ffn_down`, HIDDEN, WIDTH),
    ];
  });
  const embeddings = new Float32Array(WIDTH * vocabulary).map(() => random());
  return [
    { name: "token_embd.weight", dimensions: [WIDTH, vocabulary], values: embeddings },
    ...layers.flat(),
    norm("output_norm"),
    matrix("output", WIDTH, vocabulary),
  ];
}

/** Numbers around 0, always the same ones for a seed. */
function normal(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
