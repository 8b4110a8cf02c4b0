import { parseArgs } from "node:util";

import { TraceOptions } from "./trace.ts";

/** What is measured. */
export interface BenchOptions {
  readonly engines: number;
  readonly blocks: number;
  readonly speedup: number;
  /** What a token of a prompt costs that is not cached, in milliseconds. */
  readonly prefillMs: number;
  readonly rounds: number;
  readonly routers: readonly RouterName[];
  readonly trace: TraceOptions;
  /** Whether the whole graph is measured too, over HTTP. */
  readonly overhead: boolean;
  /** Requests over HTTP, each of them at the engine as well. */
  readonly httpRequests: number;
  readonly json: boolean;
  /** Where the plot goes; null for nowhere. */
  readonly plot: string | null;
}

const ROUTERS = ["kv", "round-robin", "random"] as const;
export type RouterName = (typeof ROUTERS)[number];

export const HELP = `bun run llm:bench [options]

Replays a trace of conversations that share their beginnings against mock engines in processes of their own, once with each
router in turn, and prints how they compare; then what the whole graph adds to an engine, over HTTP.

  --quick            one short round with two engines, and few requests over HTTP
  --engines <n>      engines: 1 to 16 (4)
  --blocks <n>       blocks of 16 tokens in the cache of each (1024)
  --prefill-ms <x>   what a token of a prompt takes that is not cached (0.1)
  --speedup <x>      engines are so many times as fast (1)
  --rounds <n>       how often each router has its turn: 1 to 20 (3)
  --routers <list>   of kv, round-robin, random (kv,round-robin)
  --sessions <n>     conversations in a round (60)
  --per-second <x>   conversations that begin in a second (3)
  --seed <n>         the same trace for the same seed (1)
  --no-overhead      leaves out the whole graph over HTTP
  --plot <file>      where the plot goes (llm-bench.svg); - for none
  --json             figures as JSON, nothing else on standard output
  --help`;

const OPTIONS = {
  quick: { type: "boolean", default: false },
  engines: { type: "string" },
  blocks: { type: "string" },
  speedup: { type: "string" },
  "prefill-ms": { type: "string" },
  rounds: { type: "string" },
  routers: { type: "string", default: "kv,round-robin" },
  sessions: { type: "string" },
  "per-second": { type: "string" },
  seed: { type: "string" },
  "no-overhead": { type: "boolean", default: false },
  plot: { type: "string", default: "llm-bench.svg" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Reads the command line; null when help is asked for. Throws an error that says what is wrong. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
  if (values.help) return null;
  const { quick } = values;
  const routers = values.routers.split(",").map((name) => {
    const known = ROUTERS.find((each) => each === name);
    if (known === undefined) throw new Error(`--routers: there is no ${name}; use ${ROUTERS.join(", ")}`);
    return known;
  });
  const number = (
    name: "engines" | "blocks" | "speedup" | "prefill-ms" | "rounds" | "sessions" | "per-second" | "seed",
    or: number,
    least: number,
    most: number,
  ): number => {
    const text = values[name];
    const value = text === undefined ? or : Number(text);
    if (Number.isFinite(value) && value >= least && value <= most) return value;
    throw new Error(`--${name} is ${JSON.stringify(text)}; give a number from ${least} to ${most}`);
  };
  const whole: typeof number = (...limits) => Math.round(number(...limits));
  return {
    engines: whole("engines", quick ? 2 : 4, 1, 16),
    blocks: whole("blocks", 1024, 64, 1_000_000),
    speedup: number("speedup", 1, 0.01, 1000),
    prefillMs: number("prefill-ms", 0.1, 0, 1000),
    rounds: whole("rounds", quick ? 1 : 3, 1, 20),
    routers: [...new Set(routers)],
    trace: TraceOptions.parse({
      sessions: whole("sessions", quick ? 16 : 60, 1, 10_000),
      perSecond: number("per-second", 3, 0.01, 1000),
      seed: whole("seed", 1, 0, 2 ** 31),
    }),
    overhead: !values["no-overhead"],
    httpRequests: quick ? 20 : 100,
    json: values.json,
    plot: values.plot === "-" ? null : values.plot,
  };
}
