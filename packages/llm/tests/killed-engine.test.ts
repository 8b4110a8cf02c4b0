import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";

import { graph, serve } from "@stator/sdk";

import { type ChatCompletionChunk, type ChatCompletionRequest, ModelDirectory, Processor } from "@stator/llm";

import { chat, wholeChat } from "./support/ask.ts";
import { MODEL, TinyEngine, tokenizer, tokensOf } from "./support/tiny-engine.ts";

// Where all cores are busy with something else, starting a cluster takes seconds.
setDefaultTimeout(60_000);

const PROGRAM = fileURLToPath(new URL("programs/tiny-engine.ts", import.meta.url));
const PROMPT = await tokenizer.encode("<|im_start|>user\nHi 你<|im_end|>\n<|im_start|>assistant\n", false);
const STREAMS = 20;
const TOKENS = 150;
const STOP = "how are you";

const children = new Set<ReturnType<typeof startEngine>>();
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all([...children].map(({ exited }) => exited));
  children.clear();
});

function startEngine() {
  const child = Bun.spawn([process.execPath, PROGRAM], {
    // A token takes long enough for all streams to be under way when the process is killed.
    env: { ...process.env, TINY_PAUSE_MS: "10" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return child;
}

async function readyEngine(): Promise<ReturnType<typeof startEngine>> {
  const child = startEngine();
  children.add(child);
  for await (const _ of child.stdout) return child;
  throw new Error("the engine has ended before it was ready");
}

test("twenty answers go on in other processes when one is killed, each token once", async () => {
  const [victim] = await Promise.all([readyEngine(), readyEngine(), readyEngine()]);
  await using serving = await serve(graph(Processor).link(TinyEngine).elsewhere(TinyEngine), { signals: false });
  await using directory = await ModelDirectory.open(serving.runtime);
  await directory.waitFor(MODEL, AbortSignal.timeout(10_000));
  await using client = await serving.runtime
    .endpoint("llm.processor.chat")
    .client<ChatCompletionRequest, ChatCompletionChunk>();
  await client.waitForInstances();

  const under = Promise.withResolvers<void>();
  let begun = 0;
  const requests = Array.from({ length: STREAMS }, (_, seed) =>
    chat({ seed, max_tokens: TOKENS, ...(seed % 2 === 1 ? { stop: [STOP] } : {}) }),
  );
  const read = async (request: ChatCompletionRequest): Promise<ChatCompletionChunk[]> => {
    const chunks: ChatCompletionChunk[] = [];
    for await (const chunk of client.generate(request)) {
      if (chunks.push(chunk) === 4 && ++begun === STREAMS) under.resolve();
    }
    return chunks;
  };
  const answers = requests.map(read);
  await Promise.race([under.promise, Promise.all(answers)]);
  victim?.kill("SIGKILL");

  for (const [seed, chunks] of (await Promise.all(answers)).entries()) {
    const whole = tokenizer.decode(tokensOf(PROMPT, TOKENS, BigInt(seed)), true);
    const at = seed % 2 === 1 ? whole.indexOf(STOP) : -1;
    const expected = at === -1 ? { content: whole, finish: "length" } : { content: whole.slice(0, at), finish: "stop" };
    expect({ seed, ...wholeChat(chunks) }).toMatchObject({ seed, ...expected });
    if (at === -1) expect(chunks.at(-1)?.usage?.completion_tokens).toBe(TOKENS);
  }
});
