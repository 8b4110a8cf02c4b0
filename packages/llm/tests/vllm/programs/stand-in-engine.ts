/**
 * An engine with vLLM's arguments, HTTP API and events of its cache. Its next token is (sum of all tokens so far) mod 500.
 * Variables of the environment make it misbehave.
 */
import { parseArgs } from "node:util";

import { KvEventLog } from "../kv-event-log.ts";

const { values, positionals } = parseArgs({
  args: Bun.argv.slice(2),
  allowPositionals: true,
  options: {
    host: { type: "string" },
    port: { type: "string" },
    "served-model-name": { type: "string" },
    "block-size": { type: "string" },
    "enable-prefix-caching": { type: "boolean" },
    "enable-prompt-tokens-details": { type: "boolean" },
    "kv-events-config": { type: "string" },
    "max-model-len": { type: "string" },
  },
});
const [command, path = ""] = positionals;
if (command !== "serve") throw new Error("only serve is there");

const { env } = process;
console.error(`loading ${path}`);
if (env["STAND_IN_CRASH_AT_START"] === "1") {
  console.error("CUDA error: no device is there");
  process.exit(7);
}
if (env["STAND_IN_IGNORE_SIGTERM"] === "1") process.on("SIGTERM", () => console.error("SIGTERM is ignored"));
// A process as vLLM has for its engine's core.
const child = Bun.spawn(["sleep", "3600"]);
let loading = Number(env["STAND_IN_UNHEALTHY_TIMES"] ?? "0");

const blockSize = Number(values["block-size"]);
const model = values["served-model-name"] ?? path;
const config = JSON.parse(values["kv-events-config"] ?? "{}") as {
  endpoint?: string;
  replay_endpoint?: string;
  topic?: string;
};
const events =
  config.endpoint === undefined
    ? null
    : await KvEventLog.open(config.endpoint, config.replay_endpoint ?? "", config.topic ?? "");

const cached = new Map<string, bigint>();
const state = { running: 0, aborted: 0, requests: [] as unknown[], child: child.pid };

interface Request {
  prompt: number[];
  max_tokens: number;
  stop_token_ids?: number[];
  ignore_eos?: boolean;
  logprobs?: number;
}

function store(tokens: readonly number[]): number {
  let [parent, had, prefix] = [null as bigint | null, 0, ""];
  for (let at = 0; at + blockSize <= tokens.length; at += blockSize) {
    const block = tokens.slice(at, at + blockSize);
    prefix += `${block.join(",")};`;
    let hash = cached.get(prefix);
    if (hash === undefined) {
      hash = Bun.hash.wyhash(prefix);
      cached.set(prefix, hash);
      events?.stored([hash], parent, block, blockSize);
    } else had += blockSize;
    parent = hash;
  }
  return had;
}

async function* completion(request: Request, signal: AbortSignal): AsyncGenerator<string> {
  const tokens = [...request.prompt];
  const hit = store(tokens);
  let finish: string | null = null;
  let made = 0;
  while (finish === null) {
    // As long as it is told to go on for ever, it makes a token in a millisecond.
    if (env["STAND_IN_STALL_AFTER"] !== undefined && made >= Number(env["STAND_IN_STALL_AFTER"])) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      return;
    }
    if (env["STAND_IN_CRASH_AFTER"] !== undefined && made >= Number(env["STAND_IN_CRASH_AFTER"])) {
      console.error("the engine's core died");
      process.kill(process.pid, "SIGKILL");
    }
    if (signal.aborted) return;
    const token = tokens.reduce((sum, each) => sum + each, 0) % 500;
    tokens.push(token);
    made++;
    const stopped = request.stop_token_ids?.includes(token) === true;
    finish = stopped ? "stop" : made >= request.max_tokens ? "length" : null;
    const logprobs =
      request.logprobs === undefined
        ? null
        : {
            tokens: [`token_id:${token}`],
            token_logprobs: [-0.5],
            top_logprobs: [{ [`token_id:${token}`]: -0.5, "token_id:499": -2 }],
          };
    yield JSON.stringify({
      id: "cmpl-1",
      object: "text_completion",
      model,
      choices: [
        {
          index: 0,
          text: "x",
          token_ids: [token],
          logprobs,
          finish_reason: finish,
          stop_reason: stopped ? token : null,
        },
      ],
    });
    await Bun.sleep(1);
  }
  store(tokens);
  const usage = {
    prompt_tokens: request.prompt.length,
    completion_tokens: made,
    total_tokens: request.prompt.length + made,
    prompt_tokens_details: { cached_tokens: hit },
  };
  yield JSON.stringify({ id: "cmpl-1", object: "text_completion", model, choices: [], usage });
  yield "[DONE]";
}

Bun.serve({
  hostname: values.host ?? "127.0.0.1",
  port: Number(values.port),
  idleTimeout: 0,
  routes: {
    "/health": () => new Response(null, { status: loading-- > 0 ? 503 : 200 }),
    "/v1/models": () => Response.json({ object: "list", data: [{ id: model, object: "model" }] }),
    "/state": () => Response.json(state),
    "/v1/completions": {
      POST: async (request) => {
        const body = (await request.json()) as Request;
        state.requests.push(body);
        state.running++;
        const encoder = new TextEncoder();
        const { signal } = request;
        const parts = completion(body, signal);
        signal.addEventListener("abort", () => state.aborted++);
        const stream = new ReadableStream<Uint8Array>({
          async pull(controller) {
            const next = await parts.next();
            if (next.done === true) {
              state.running--;
              controller.close();
            } else controller.enqueue(encoder.encode(`data: ${next.value}\n\n`));
          },
        });
        return new Response(stream, { headers: { "content-type": "text/event-stream" } });
      },
    },
  },
});
console.error("the engine is up");
