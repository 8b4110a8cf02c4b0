import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Duration, Point } from "./measure.ts";

export interface BenchOptions {
  /** Names of folders in `bench/peers`; the first is what the others are compared with. */
  peers: string[];
  points: Point[];
  /** Generated validators beside other libraries too. */
  validators: boolean;
  /** One worker of a service beside two. */
  workers: boolean;
  rounds: number;
  duration: Duration;
  json: boolean;
}

export const help = `Usage: bun run bench [options]

Calls another process over loopback, through @stator/runtime-native and through raw Bun sockets, side by side. Then
checks values with generated validators, and with zod, valibot, typebox and ajv. Last, a service with one worker and with
two.

  --only unary|stream|validators|workers
                                   measure one kind only
  --peers a,b                      which peers of calls and streams, the baseline first (default: raw,stator); folders
                                   of bench/peers: raw (Bun sockets), stator, dynamo (the original's wire), wheel (the
                                   original in Python, which is installed first)
  --quick                          one round of short points: a look, not a figure
  --at 1,16,128                    how many calls or streams at once (default: calls 1, 16, 128; streams 1, 16, 64)
  --rounds N                       rounds, of which the median counts (default: 3)
  --json                           print the result as JSON
  --help                           this text
`;

/** Reads the command line. Throws an error with a sentence for the user. */
export function parseOptions(args: string[]): BenchOptions | "help" {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string" },
      peers: { type: "string", default: "raw,stator" },
      quick: { type: "boolean", default: false },
      at: { type: "string" },
      rounds: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  return {
    peers: parsePeers(values.peers),
    points: points(values.only, values.at),
    validators: values.only === undefined || values.only === "validators",
    workers: values.only === undefined || values.only === "workers",
    rounds: parseRounds(values.rounds, values.quick),
    duration: values.quick ? { warmupMs: 300, measureMs: 500 } : { warmupMs: 1000, measureMs: 2000 },
    json: values.json,
  };
}

function parsePeers(text: string): string[] {
  const known = readdirSync(join(import.meta.dir, "peers")).toSorted();
  const peers = text.split(",");
  for (const peer of peers) {
    if (!known.includes(peer)) throw new Error(`--peers: there is no peer "${peer}"; there are ${known.join(", ")}.`);
  }
  return peers;
}

function parseRounds(text: string | undefined, quick: boolean): number {
  if (text === undefined) return quick ? 1 : 3;
  return parseCount("--rounds", text);
}

function parseCount(option: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`${option}: "${text}" is not a whole number from 1.`);
  return count;
}

function points(only: string | undefined, at: string | undefined): Point[] {
  const given = at?.split(",").map((text) => parseCount("--at", text));
  const unary = (given ?? [1, 16, 128]).map((concurrency): Point => ({ kind: "unary", concurrency }));
  const stream = (given ?? [1, 16, 64]).map((concurrency): Point => ({ kind: "stream", concurrency }));
  if (only === undefined) return [...unary, ...stream];
  if (only === "unary") return unary;
  if (only === "stream") return stream;
  if (only === "validators" || only === "workers") return [];
  throw new Error(`--only: "${only}" is none of unary, stream, validators and workers.`);
}
