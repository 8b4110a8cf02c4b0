import { expect, test } from "bun:test";

import type { ChatCompletionChunk, MockEngineState, PrefillCounts } from "@stator/llm";
import { DistributedRuntime } from "@stator/runtime-native";

import { lines } from "../../scripts/lib/lines.ts";
import { root } from "../../scripts/lib/paths.ts";
import { serverSentEvents } from "../../scripts/lib/server-sent-events.ts";
import { Nats } from "../../scripts/lib/servers/nats.ts";
import { until } from "../support/command.ts";
import { Graph } from "../support/graph.ts";

const TOKENS = 120;
const graphs = "apps/examples/llm/graphs.ts";

/** A streamed chat, from its first request to its usage. */
class Streamed {
  text = "";
  parts = 0;
  usage: ChatCompletionChunk["usage"] = null;
  finish: string | null = null;

  constructor(
    private readonly url: string,
    private readonly seed: number,
    private readonly words: number,
  ) {}

  async run(): Promise<this> {
    const question = Array.from({ length: this.words }, (_, index) => `word ${this.seed * index}`).join(" ");
    const messages = [{ role: "user", content: question }];
    const limits = { max_tokens: TOKENS, min_tokens: TOKENS, seed: this.seed };
    const asked = { model: "mock-model", messages, stream: true, stream_options: { include_usage: true }, ...limits };
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${this.url}/v1/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify(asked),
    });
    if (!response.ok || response.body === null) throw new Error(`${response.status}: ${await response.text()}`);
    for await (const part of serverSentEvents(response.body)) {
      const chunk = part as ChatCompletionChunk;
      if (!("choices" in chunk)) throw new Error(JSON.stringify(part));
      this.parts += 1;
      this.text += chunk.choices[0]?.delta.content ?? "";
      this.finish = chunk.choices[0]?.finish_reason ?? this.finish;
      this.usage = chunk.usage ?? this.usage;
    }
    return this;
  }

  /** What has to be the same whatever happens on the way. */
  get answer() {
    const { prompt_tokens, completion_tokens } = this.usage ?? {};
    return { text: this.text, finish: this.finish, prompt_tokens, completion_tokens };
  }
}

const chats = (url: string, count: number, words = 12): Streamed[] =>
  Array.from({ length: count }, (_, index) => new Streamed(url, index + 1, words));

test("a worker that is killed under load: every answer goes on at another one, token for token", async () => {
  await using graph = await Graph.start(`${graphs}#agg_router`, [
    "-f",
    "apps/examples/llm/agg_router.yaml",
    "--MockEngine.workers=3",
    // Slow, so that the worker dies in the middle on a loaded machine, too.
    "--MockEngine.stepMs=15",
  ]);
  await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
  await using engines = await runtime.endpoint("llm.engine.state").client<null, MockEngineState>();
  await engines.waitForInstances({ min: 3 });
  const unbroken = await Promise.all(chats(graph.url, 16).map((chat) => chat.run()));
  expect(unbroken.every(({ usage }) => usage?.completion_tokens === TOKENS)).toBe(true);

  const broken = chats(graph.url, 16);
  const running = Promise.all(broken.map((chat) => chat.run()));
  await until(() => broken.every(({ parts }) => parts > 20), "every answer has begun");
  const workers = graph.workers("llm.engine");
  const [victim, others] = [workers[0], workers.slice(1)];
  if (victim === undefined) throw new Error("There is no engine.");
  const state = (instanceId: string) => engines.direct(null, BigInt(instanceId)).one();
  const { running: lost } = await state(victim.instanceId);
  process.kill(victim.pid, "SIGKILL");
  await running;
  expect(lost).toBeGreaterThan(0);
  expect(broken.map(({ answer }) => answer)).toEqual(unbroken.map(({ answer }) => answer));
  for (const { instanceId } of others) {
    await until(async () => (await state(instanceId)).usedBlocks === 0, "every block is free");
    expect(await state(instanceId)).toMatchObject({ running: 0, waiting: 0 });
  }
  expect(await graph.stop()).toBe(0);
}, 240_000);

test("prefill workers take prompts from the queue; one that is killed loses none, and the answers are the same", async () => {
  await using nats = await Nats.start();
  const options = [
    "-f",
    "apps/examples/llm/disagg.yaml",
    "--MockDecodeEngine.workers=1",
    "--MockDecodeEngine.prefillTimeoutMs=60000",
  ];
  const slow = ["--MockPrefillEngine.workers=2", "--MockPrefillEngine.prefillMsPerToken=2"];
  await using graph = await Graph.start(`${graphs}#disagg`, [...options, ...slow], { NATS_SERVER: nats.url });
  await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
  await using counts = await runtime.endpoint("llm.engine.prefills").client<null, PrefillCounts>();
  await using prefills = await runtime.endpoint("llm.prefill.state").client<null, MockEngineState>();
  await counts.waitForInstances();
  await prefills.waitForInstances({ min: 2 });
  const asked = chats(graph.url, 6, 40);
  const running = Promise.all(asked.map((chat) => chat.run()));
  const [victim] = graph.workers("llm.prefill");
  if (victim === undefined) throw new Error("There is no prefill worker.");
  const state = () => prefills.direct(null, BigInt(victim.instanceId)).one();
  await until(async () => (await state()).running > 0, "the prefill worker reads a prompt");
  process.kill(victim.pid, "SIGKILL");
  await running;
  expect(await counts.generate(null).one()).toEqual({ local: 0, remote: 6, fallback: 0 });
  // They are cached now, so the decode worker reads what is left of them itself.
  const again = await Promise.all(chats(graph.url, 6, 40).map((chat) => chat.run()));
  expect(asked.map(({ answer }) => answer)).toEqual(again.map(({ answer }) => answer));
  expect(await counts.generate(null).one()).toEqual({ local: 6, remote: 6, fallback: 0 });
  expect(await graph.stop()).toBe(0);
}, 240_000);

test("bun run llm answers once, and chats until it is told to end", async () => {
  const once = Bun.spawn(
    [process.execPath, "scripts/llm.ts", "--no-build", "--workers", "1", "--once", "Say something."],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const [answer, errors, code] = await Promise.all([once.stdout.text(), once.stderr.text(), once.exited]);
  expect({ code, errors: code === 0 ? "" : errors }).toEqual({ code: 0, errors: "" });
  const figures = /^\[worker [0-9a-f]{16} · prompt \d+ tokens, 0 cached · answer \d+ tokens · first after \d+ ms/m;
  expect(answer).toMatch(figures);

  const chat = Bun.spawn([process.execPath, "scripts/llm.ts", "--no-build", "--workers", "1"], {
    cwd: root,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const told: string[] = [];
  const listening = (async () => {
    for await (const line of lines(chat.stderr)) told.push(line);
  })();
  const question = "Tell me a long story about rivers and harbours, ".repeat(4);
  void chat.stdin.write(`${question}\n${question}\n`);
  await chat.stdin.flush();
  let said = 0;
  for await (const line of lines(chat.stdout)) {
    if (line.startsWith("[worker ")) said += 1;
    if (said < 2) continue;
    // What was said before is cached by then.
    expect(line).toMatch(/ [1-9]\d* cached /);
    chat.kill("SIGINT");
    break;
  }
  const ended = await chat.exited;
  await listening;
  expect({ ended, told: ended === 0 ? [] : told }).toEqual({ ended: 0, told: [] });
  expect(told.some((line) => line.startsWith("==> Ready at http://127.0.0.1:"))).toBe(true);
}, 240_000);
