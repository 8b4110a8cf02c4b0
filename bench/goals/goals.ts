/** The one place for what Stator is to reach: the tables, `--gate` and the docs come from it. */
import { BYTES_IN_FLIGHT, describePoint } from "../measure.ts";
import type { CallKind } from "../measure.ts";
import type { PeerGroup } from "../peer-list.ts";
import type { Goal } from "./goal.ts";

const at = (kind: CallKind, concurrency: number): string => describePoint({ kind, concurrency });
const payload = (bytes: number): string => describePoint({ kind: "bytes", concurrency: BYTES_IN_FLIGHT, bytes });

/** Libraries for calls, in TypeScript. */
const RPC: readonly PeerGroup[] = ["rpc"];
/** Everybody but raw sockets and ourselves. */
const OTHERS: readonly PeerGroup[] = ["rpc", "transport", "original"];

const rate = { figure: "rate", better: "more" } as const;

export const GOALS: readonly Goal[] = [
  {
    point: at("unary", 128),
    versus: "raw",
    floor: 0.6,
    stretch: 0.9,
    ...rate,
  },
  { point: at("unary", 128), versus: RPC, floor: 3, ...rate },
  { point: at("unary", 128), versus: "wheel", floor: 60, gate: 40, ...rate },
  { point: at("unary", 16), versus: "raw", floor: 0.7, stretch: 0.9, ...rate },
  { point: at("unary", 16), versus: OTHERS, floor: 1, ...rate },
  {
    point: at("unary", 1),
    figure: "p50",
    versus: "raw",
    better: "less",
    floor: 1.5,
    stretch: 1.1,
    gate: 2.2,
  },
  {
    point: at("unary", 1),
    figure: "p50",
    versus: OTHERS,
    better: "less",
    floor: 1.5,
    stretch: 1,
  },
  ...[1, 16, 64].flatMap((streams): Goal[] => [
    {
      point: at("stream", streams),
      versus: "raw",
      floor: 0.5,
      stretch: 1,
      ...rate,
    },
    { point: at("stream", streams), versus: RPC, floor: 1, ...rate },
    { point: at("stream", streams), versus: "wheel", floor: 30, ...rate },
  ]),
  ...[1, 16, 64].map((streams): Goal => ({
    point: at("batches", streams),
    versus: "raw",
    floor: 0.9,
    stretch: 1.2,
    gate: 0.8,
    ...rate,
  })),
  {
    point: at("stream", 1),
    figure: "p50",
    versus: "raw",
    better: "less",
    floor: 1.5,
    stretch: 1.1,
  },
  { point: payload(64 * 1024), versus: "raw", floor: 0.8, stretch: 1, gate: 0.7, ...rate },
  { point: payload(1024 * 1024), versus: "raw", floor: 0.8, stretch: 1, gate: 0.7, ...rate },
  {
    peer: "stator-memory",
    point: at("unary", 1),
    versus: "stator",
    floor: 3,
    stretch: 6,
    ...rate,
  },
  {
    peer: "stator-memory",
    point: at("unary", 16),
    versus: "stator",
    floor: 3,
    stretch: 6,
    gate: 2.5,
    ...rate,
  },
  {
    peer: "stator-memory",
    point: at("stream", 16),
    versus: "stator",
    floor: 3,
    stretch: 6,
    gate: 0.5,
    ...rate,
  },
  {
    peer: "stator-service",
    point: at("unary", 16),
    versus: "stator",
    floor: 0.9,
    stretch: 0.97,
    gate: 0.8,
    ...rate,
  },
  {
    peer: "stator-service",
    point: at("stream", 16),
    versus: "stator",
    floor: 0.9,
    stretch: 0.97,
    gate: 0.8,
    ...rate,
  },
  {
    peer: "stator-checked",
    point: at("unary", 16),
    versus: "stator-service",
    floor: 0.8,
    stretch: 0.95,
    ...rate,
  },
  {
    peer: "stator-checked",
    point: at("stream", 16),
    versus: "stator-service",
    floor: 0.8,
    stretch: 0.95,
    gate: 0.7,
    ...rate,
  },
  {
    point: at("unary", 16),
    figure: "cpu",
    versus: "raw",
    better: "less",
    floor: 1.4,
    stretch: 1.1,
    gate: 1.6,
  },
  {
    point: "idle",
    figure: "busy",
    versus: null,
    better: "less",
    floor: 0.01,
  },
  {
    point: "idle",
    figure: "resident",
    versus: "moleculer-tcp",
    better: "less",
    floor: 1,
    stretch: 0.5,
  },
  {
    point: "start",
    figure: "start",
    versus: "wheel",
    better: "less",
    floor: 1 / 3,
  },
  {
    // Calls that go to many connections share no write and no wake-up, with raw sockets neither.
    point: "1,000 instances",
    figure: "growth",
    versus: "raw",
    better: "less",
    floor: 1.5,
    stretch: 1.1,
    gate: 2.5,
  },
  {
    point: "10,000 open streams",
    figure: "growth",
    versus: null,
    better: "less",
    floor: 1.5,
    stretch: 1.1,
  },
  {
    point: "soak of calls",
    figure: "growth",
    versus: null,
    better: "less",
    floor: 1.1,
    stretch: 1.02,
  },
  {
    point: "soak of items",
    figure: "growth",
    versus: null,
    better: "less",
    floor: 1.1,
    stretch: 1.02,
  },
];
