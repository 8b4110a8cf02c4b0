import { join } from "node:path";

import type { LLMEngineOutput, PreprocessedRequest } from "@stator/llm";

import { serverSentEvents } from "../../../../scripts/lib/server-sent-events.ts";
import { type Asked, requestOf, timed, type Took } from "./bench-engine.ts";
import { table } from "./figures-table.ts";
import { type Quantiles, quantiles } from "./quantiles.ts";
import { RunningGraph } from "./running-graph.ts";

const WHOLE = join(import.meta.dir, "whole-graph.ts");
const ANSWER_TOKENS = 64;
/** Requests before those that count. */
const WARM = 5;

/** Where an answer is read: in the engine's process, one call away from it, and behind HTTP and all services. */
const PLACES = ["engine alone", "one call", "whole graph, HTTP"] as const;
type Place = (typeof PLACES)[number];

/** What answers took at one place. */
export interface PlaceFigures {
  readonly firstMs: Quantiles;
  readonly perTokenMs: Quantiles;
}

/** One engine, with and without time that passes in it. */
export interface Overhead {
  /** An engine whose steps take 5 ms: what the hops add to the time that users see. */
  readonly paced: Readonly<Record<Place, PlaceFigures>>;
  /** One whose steps take no time: what a token costs, and so how many can pass. */
  readonly unpaced: Readonly<Record<Place, PlaceFigures>>;
}

/** Asks one engine at the three places in turn, one request at a time. */
export async function measureOverhead(requests: number, say: (line: string) => void): Promise<Overhead> {
  say("the whole graph over HTTP, engine with steps of 5 ms");
  const paced = await measure(requests, 1);
  say("the whole graph over HTTP, engine whose steps take no time");
  return { paced, unpaced: await measure(requests, 0) };
}

/** As tables. */
export function overheadTable({ paced, unpaced }: Overhead): string {
  const rows = (of: Overhead["paced"], places: readonly Place[]): string[][] =>
    places.map((place) => {
      const { firstMs, perTokenMs } = of[place];
      return [place, ...[firstMs.p50, firstMs.p95, perTokenMs.p50, perTokenMs.p95].map((value) => value.toFixed(2))];
    });
  const head = ["first p50", "first p95", "per token p50", "per token p95"];
  return [
    table(["steps of 5 ms, times in ms", ...head], rows(paced, PLACES)),
    "",
    table(["steps that take no time, times in ms", ...head], rows(unpaced, PLACES)),
  ].join("\n");
}

async function measure(requests: number, speedup: number): Promise<Overhead["paced"]> {
  await using graph = await RunningGraph.start(`${WHOLE}#whole`, [
    `--BenchEngine.speedup=${speedup}`,
    "--BenchEngine.prefillMsPerToken=0",
    "--BenchEngine.prefillMsPerPair=0",
  ]);
  const { runtime } = graph;
  await using own = await runtime.endpoint("llm.engine.own").client<Asked, Took>();
  await using engine = await runtime.endpoint("llm.engine.generate").client<PreprocessedRequest, LLMEngineOutput>();
  await Promise.all([own.waitForInstances({ timeoutMs: 10_000 }), engine.waitForInstances({ timeoutMs: 10_000 })]);
  const took: Record<Place, Took[]> = { "engine alone": [], "one call": [], "whole graph, HTTP": [] };
  for (let at = 0; at < requests + WARM; at++) {
    const asked: Asked = { first: at, promptTokens: 128, answerTokens: ANSWER_TOKENS };
    const alone = await own.generate(asked).one();
    const begun = performance.now();
    const called = await timed(begun, engine.generate(requestOf({ ...asked, first: at + 10_000 })));
    const http = await overHttp(graph.url, at);
    if (at < WARM) continue;
    took["engine alone"].push(alone);
    took["one call"].push(called);
    took["whole graph, HTTP"].push(http);
  }
  const figures = (place: Place): PlaceFigures => ({
    firstMs: quantiles(took[place].map(({ firstMs }) => firstMs)),
    perTokenMs: quantiles(took[place].map(({ perTokenMs }) => perTokenMs)),
  });
  return {
    "engine alone": figures("engine alone"),
    "one call": figures("one call"),
    "whole graph, HTTP": figures("whole graph, HTTP"),
  };
}

/** A chat that is streamed to its end. */
async function overHttp(url: string, at: number): Promise<Took> {
  const content = Array.from({ length: 24 }, (_, word) => `question ${(at * 37 + word * 11) % 1000}`).join(" ");
  const limits = { max_tokens: ANSWER_TOKENS, min_tokens: ANSWER_TOKENS, seed: at };
  const body = JSON.stringify({ model: "mock-model", messages: [{ role: "user", content }], stream: true, ...limits });
  const begun = performance.now();
  const response = await fetch(new URL("/v1/chat/completions", url), {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  if (!response.ok || response.body === null) throw new Error(`${response.status}: ${await response.text()}`);
  let [first, last] = [NaN, NaN];
  for await (const part of serverSentEvents(response.body)) {
    const { choices } = part as { choices: { delta?: { content?: string | null } }[] };
    if (!choices[0]?.delta?.content) continue;
    last = performance.now();
    if (Number.isNaN(first)) first = last;
  }
  return { firstMs: first - begun, perTokenMs: (last - first) / (ANSWER_TOKENS - 1) };
}
