/**
 * `bun packages/llm/scripts/make-mock-model.ts`: writes the tokenizer of the mock model, a byte-level BPE trained on the text
 * below. The same text gives the same files.
 */
const MERGES = 640;
const SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

/** What the merges are learnt from: common words, some code, some of other scripts. */
const TEXT = `
The quick brown fox jumps over the lazy dog. You are a helpful assistant. What is the capital of France? The capital of France is Paris.
A runtime is what runs between the program and the machine. It opens connections, keeps time, and says what went wrong. When a worker
stops in the middle of an answer, another one goes on where it was, and the reader sees one stream. That is what this is about.
How are you today? I am fine, thank you, and you? Please tell me a story about a small ship that crosses a large sea. Once upon a time
there was a ship that had no name. It carried letters from one side of the sea to the other, and nobody knew who had built it. The people
of the harbour said that the ship knew the way by itself. In the morning the wind came from the west, in the evening from the east.
There are three things that a good answer has: it is true, it is short, and it says what to do next. Write one word for each of them.
If the first number is larger than the second, return the first number, otherwise return the second. That would have been their choice.
She said that they would come back with all of the water and some bread. Which one of these should we take? I think we should take both.
He has been working on this for years, but most people have never heard of him. Could you write that down for me before you go out?
What can be said at all can be said clearly. Every system has its limits, and every limit has its reason. Let us look at some of them.
Tokens are parts of words. A model reads tokens and writes tokens. The model thinks about what comes next, one token after another.
function add(left, right) { return left + right; } const answer = await model.generate(request); for (const token of answer) print(token);
import json; def main(): return json.dumps({"name": "weather", "arguments": {"city": "Paris", "unit": "celsius"}}) if True else None
<tool_call> {"name": "get_weather", "arguments": {"location": "Berlin"}} </tool_call> <think> Let me think about it. </think> \\n\\n - 1. 2. 3.
Guten Tag, wie geht es Ihnen? Das Wetter ist schön. Où est la bibliothèque? C'est très simple. ¿Qué tal? Muy bien, gracias, señor.
你好,世界。今天天气很好。我们是谁? 你好吗? 我很好,谢谢你。这是一个模型。 こんにちは、世界。ありがとうございます。 안녕하세요 세계.
Привет, мир. Как дела? Хорошо, спасибо. مرحبا بالعالم 😀 😀 👍 👍 🎉 🎉 🚀 🚀
`;

/** The printable character that stands for each byte in a vocabulary, as GPT-2 has chosen them. */
function byteCharacters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPlain = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(isPlain ? byte : next++);
  });
}

function learnMerges(text: string, characters: readonly string[]): [string, string][] {
  const pieces = text.match(/'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu) ?? [];
  const counts = new Map<string, number>();
  for (const piece of pieces) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  let words = [...counts].map(([piece, count]) => ({
    count,
    parts: Array.from(new TextEncoder().encode(piece), (byte) => characters[byte] ?? ""),
  }));
  const merges: [string, string][] = [];
  while (merges.length < MERGES) {
    const best = mostFrequent(words);
    if (best === null) break;
    merges.push(best);
    words = words.map(({ count, parts }) => ({ count, parts: merged(parts, best) }));
  }
  return merges;
}

interface Word {
  readonly count: number;
  readonly parts: readonly string[];
}

/** The pair that stands side by side most often, the first in order of text among equals; null when none does twice. */
function mostFrequent(words: readonly Word[]): [string, string] | null {
  const pairs = new Map<string, number>();
  for (const { count, parts } of words) {
    for (let at = 1; at < parts.length; at++) {
      const pair = `${parts[at - 1]} ${parts[at]}`;
      pairs.set(pair, (pairs.get(pair) ?? 0) + count);
    }
  }
  let best: [string, number] | null = null;
  for (const [pair, count] of pairs) {
    if (count > 1 && (best === null || count > best[1] || (count === best[1] && pair < best[0]))) best = [pair, count];
  }
  if (best === null) return null;
  const [left = "", right = ""] = best[0].split(" ");
  return [left, right];
}

function merged(parts: readonly string[], [left, right]: [string, string]): string[] {
  const whole: string[] = [];
  for (let at = 0; at < parts.length; at++) {
    if (parts[at] === left && parts[at + 1] === right) {
      whole.push(left + right);
      at++;
    } else whole.push(parts[at] ?? "");
  }
  return whole;
}

const characters = byteCharacters();
const merges = learnMerges(TEXT, characters);
const tokens = [...characters, ...new Set(merges.map(([left, right]) => left + right))];
const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const folder = new URL("../src/models/mock-model/", import.meta.url);

async function write(name: string, value: unknown): Promise<void> {
  await Bun.write(new URL(name, folder), `${JSON.stringify(value, null, 2)}\n`);
}

const special = SPECIAL.map((content, index) => ({
  id: tokens.length + index,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
}));
const idOf = (content: string): number | undefined => special.find((token) => token.content === content)?.id;

await write("tokenizer.json", {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: special,
  normalizer: null,
  pre_tokenizer: byteLevel,
  post_processor: byteLevel,
  decoder: byteLevel,
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab,
    merges,
  },
});
await write("tokenizer_config.json", {
  add_bos_token: false,
  bos_token: null,
  eos_token: "<|im_end|>",
  pad_token: "<|endoftext|>",
  model_max_length: 32_768,
  tokenizer_class: "PreTrainedTokenizerFast",
});
await write("config.json", {
  architectures: ["MockForCausalLM"],
  model_type: "mock",
  max_position_embeddings: 32_768,
  vocab_size: tokens.length + special.length,
  eos_token_id: idOf("<|im_end|>"),
});
await write("generation_config.json", { eos_token_id: [idOf("<|im_end|>"), idOf("<|endoftext|>")] });
console.log(`${tokens.length + special.length} tokens`);
