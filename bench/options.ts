import { parseArgs } from "node:util";

import { CALL_KINDS, defaultPoints } from "./measure.ts";
import type { CallKind, Duration, Point } from "./measure.ts";
import { PEER_SETS, PEERS } from "./peer-list.ts";

/** What can be measured besides calls, streams and bytes. */
export const EXTRA_KINDS = ["start", "idle", "growth", "workers", "validators", "crossing", "core", "soak"] as const;

export type ExtraKind = (typeof EXTRA_KINDS)[number];

/** These take long, or compile for long, so that they run only when they are asked for. */
const ON_DEMAND: readonly ExtraKind[] = ["core", "soak"];

export interface BenchOptions {
  /** Names of peers; the first is what the others are compared with. */
  readonly peers: readonly string[];
  readonly points: readonly Point[];
  /** Whether the points were asked for with `--at`: then variants are measured at all of them. */
  readonly everywhere: boolean;
  readonly extras: readonly ExtraKind[];
  readonly rounds: number;
  readonly duration: Duration;
  readonly quick: boolean;
  /** A round is repeated when others kept more processors busy than this, at most so often. */
  readonly foreignLimit: number;
  readonly repeats: number;
  /** Where the result is written as JSON: a path, `-` for standard output; null for nowhere. */
  readonly json: string | null;
  /** Where the plot is written; null for nowhere. */
  readonly plot: string | null;
  /** Fail when a goal is missed. */
  readonly gate: boolean;
}

const FULL: Duration = { warmupMs: 1000, measureMs: 2000 };
const QUICK: Duration = { warmupMs: 300, measureMs: 500 };

/** What the gate measures: everything that a goal compares with raw sockets or with ourselves. */
const GATE_KINDS = CALL_KINDS;

/** Reads the command line. Throws an error with a sentence for the user. */
export function parseOptions(args: readonly string[]): BenchOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      peers: { type: "string" },
      peer: { type: "string" },
      quick: { type: "boolean", default: false },
      at: { type: "string" },
      rounds: { type: "string" },
      "foreign-limit": { type: "string", default: "0.25" },
      repeats: { type: "string" },
      json: { type: "string" },
      plot: { type: "string" },
      gate: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  if (values.peer !== undefined && values.peers !== undefined) throw new Error("Give --peer or --peers, not both.");
  const kinds = parseKinds(values.only, values.gate);
  const at = values.at?.split(",").map((text) => parseCount("--at", text, 1));
  const { quick } = values;
  return {
    peers: parsePeers(values.peers ?? (values.peer === undefined ? "default" : `raw,${values.peer}`)),
    points: CALL_KINDS.filter((kind) => kinds.includes(kind)).flatMap((kind) => points(kind, at)),
    everywhere: at !== undefined,
    extras: EXTRA_KINDS.filter((kind) => kinds.includes(kind)),
    rounds: values.rounds === undefined ? (quick ? 1 : 3) : parseCount("--rounds", values.rounds, 1),
    duration: quick ? QUICK : FULL,
    quick,
    foreignLimit: parseLimit(values["foreign-limit"]),
    repeats: values.repeats === undefined ? (quick ? 0 : 2) : parseCount("--repeats", values.repeats, 0),
    json: parseFile("--json", values.json, true),
    plot: parseFile("--plot", values.plot, false),
    gate: values.gate,
  };
}

function points(kind: CallKind, at: readonly number[] | undefined): Point[] {
  const usual = defaultPoints(kind);
  // Payloads differ in size and not in number.
  if (at === undefined || kind === "bytes") return usual;
  return at.map((concurrency) => ({ kind, concurrency }));
}

function parseKinds(text: string | undefined, gate: boolean): readonly string[] {
  const known: readonly string[] = [...CALL_KINDS, ...EXTRA_KINDS];
  if (text === undefined) {
    return gate ? GATE_KINDS : known.filter((kind) => !ON_DEMAND.some((each) => each === kind));
  }
  const kinds = text.split(",");
  for (const kind of kinds) {
    if (!known.includes(kind)) throw new Error(`--only: "${kind}" is none of ${known.join(", ")}.`);
  }
  return kinds;
}

function parsePeers(text: string): readonly string[] {
  const set = Object.hasOwn(PEER_SETS, text) ? PEER_SETS[text] : undefined;
  if (set !== undefined) return set;
  const peers = [...new Set(text.split(","))];
  for (const peer of peers) {
    if (!Object.hasOwn(PEERS, peer)) {
      const known = Object.keys(PEERS).join(", ");
      throw new Error(`--peers: there is no peer "${peer}"; there are ${known}, and all of them as "all".`);
    }
  }
  return peers;
}

function parseCount(option: string, text: string, least: number): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < least) {
    throw new Error(`${option}: "${text}" is not a whole number from ${least}.`);
  }
  return count;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (text.trim() === "" || !Number.isFinite(limit) || limit < 0) {
    throw new Error(`--foreign-limit: "${text}" is no number of processors, such as 0.25.`);
  }
  return limit;
}

function parseFile(option: string, text: string | undefined, dash: boolean): string | null {
  if (text === undefined) return null;
  if (text === "" || text.startsWith("--") || (text === "-" && !dash)) throw new Error(`${option}: name a file.`);
  return text;
}
