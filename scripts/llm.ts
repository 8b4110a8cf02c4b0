/**
 * `bun run llm [--once <text>]`: builds, brings up the graph `agg_router` with mock engines in processes of their own, and chats from
 * the terminal. `/quit`, Ctrl-D and Ctrl-C end everything.
 */
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { Chat, figures } from "./lib/chat.ts";
import { EngineRequests } from "./lib/engine-requests.ts";
import { prepare } from "./lib/prepare.ts";
import { startGraph } from "./lib/running-graph.ts";
import { announce } from "./lib/step.ts";

const USAGE = `Usage: bun run llm [options]

Brings up front end, processor, KV-aware router and mock engines, and chats with them.

  --once <text>       say this, print the answer, end
  --workers <number>  engines, each in a process of its own (2)
  --max-tokens <n>    most tokens of an answer (256)
  --port <number>     HTTP port of the front end; 0 for any (0)
  --no-build          run what is built already
  --help              show this`;

const { values } = parseArgs({
  options: {
    once: { type: "string" },
    workers: { type: "string", default: "2" },
    "max-tokens": { type: "string", default: "256" },
    port: { type: "string", default: "0" },
    "no-build": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const maxTokens = whole("--max-tokens", values["max-tokens"], 1);
const workers = whole("--workers", values.workers, 1);
const port = whole("--port", values.port, 0);

if (!values["no-build"]) await prepare("stderr");
announce(`Starting Frontend, RoutedProcessor, KvRouter and ${workers} MockEngine`, "stderr");
const graph = await startGraph({
  target: "apps/examples/llm/graphs.ts#agg_router",
  options: ["-f", "apps/examples/llm/agg_router.yaml", `--MockEngine.workers=${workers}`],
  port,
  log: (line) => console.error(line),
  signals: true,
}).catch((error: unknown): never => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
try {
  await using requests = await EngineRequests.follow(graph.discovery);
  const chat = new Chat(graph.url, "mock-model", maxTokens);
  if (values.once !== undefined) await say(values.once);
  else await talk();

  async function say(text: string): Promise<void> {
    const answered = await chat.say(text, (part) => process.stdout.write(part));
    console.log(`\n[${figures(answered, (await requests.since()).join(", ") || "unknown")}]`);
  }

  async function talk(): Promise<void> {
    announce(`Ready at ${graph.url}; /quit ends`, "stderr");
    const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: "> " });
    // The terminal is read raw, so that Ctrl-C comes here.
    terminal.on("SIGINT", () => void graph.stop());
    void graph.exited.then(() => terminal.close());
    let isOpen = true;
    terminal.on("close", () => {
      isOpen = false;
    });
    terminal.prompt();
    for await (const line of terminal) {
      const text = line.trim();
      if (text === "/quit") break;
      if (text !== "") await say(text).catch((error: unknown) => console.error(String(error)));
      // Input that is no terminal has ended already when its last lines are read.
      if (isOpen) terminal.prompt();
    }
    terminal.close();
  }
} finally {
  announce("Stopping", "stderr");
  process.exitCode = await graph.stop();
}

function whole(option: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least) return number;
  console.error(`${option} is ${text}; give a whole number of at least ${least}\n\n${USAGE}`);
  process.exit(2);
}
