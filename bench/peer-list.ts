import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Point } from "./measure.ts";

/**
 * What kind of thing a peer is, for goals such as "ahead of every RPC library": `socket` carries messages and nothing
 * else, `own` is Stator, `transport` is HTTP without a library for calls, `original` is what Stator is a counterpart of.
 */
export type PeerGroup = "socket" | "own" | "rpc" | "transport" | "original";

export interface PeerFacts {
  readonly group: PeerGroup;
  /** For the help and the plot. */
  readonly title: string;
  /** Only these points are measured unless others are asked for: a variant of another peer needs no whole table. */
  readonly points?: (point: Point) => boolean;
}

/** Where a variant of our own is compared with `stator`. */
const variant = ({ kind, concurrency }: Point): boolean =>
  (kind === "unary" && concurrency === 16) || (kind === "stream" && concurrency === 16);

/** One call at a time too: there nothing can be batched, and two processes wake each other. */
const inside = (point: Point): boolean => variant(point) || (point.kind === "unary" && point.concurrency === 1);

/** Every peer, in the order in which tables have them. */
export const PEERS: Readonly<Record<string, PeerFacts>> = {
  raw: { group: "socket", title: "raw Bun sockets" },
  tokio: { group: "socket", title: "raw Tokio and serde_json" },
  stator: { group: "own", title: "Stator" },
  "stator-service": { group: "own", title: "Stator, @service and depends()", points: variant },
  "stator-checked": { group: "own", title: "the same with generated validators on both sides", points: variant },
  "stator-memory": { group: "own", title: "Stator inside one process", points: inside },
  dynamo: { group: "own", title: "Stator over the original's wire" },
  wheel: { group: "original", title: "the original in Python" },
  "bun-serve": { group: "transport", title: "Bun.serve and fetch, ndjson" },
  "moleculer-tcp": { group: "rpc", title: "Moleculer (TCP)" },
  "moleculer-nats": { group: "rpc", title: "Moleculer (NATS)" },
  nats: { group: "rpc", title: "nats.js" },
  "nats-services": { group: "rpc", title: "nats.js services" },
  grpc: { group: "rpc", title: "gRPC (grpc-js)" },
  connect: { group: "rpc", title: "Connect (h2)" },
  "trpc-http": { group: "rpc", title: "tRPC (HTTP batch stream)" },
  "trpc-ws": { group: "rpc", title: "tRPC (WebSocket)" },
  orpc: { group: "rpc", title: "oRPC (HTTP)" },
};

/** Lists of peers that have a name of their own; the first is the baseline. */
export const PEER_SETS: Readonly<Record<string, readonly string[]>> = {
  default: ["raw", "stator", "stator-service", "stator-checked", "stator-memory"],
  all: Object.keys(PEERS),
};

/** The peers whose packages are apart: whoever measures one installs them. */
export const NPM_PEERS = join(import.meta.dir, "peers", "npm");

/** The folder of a peer. Throws when there is none. */
export function peerFolder(name: string): string {
  const folders = [join(import.meta.dir, "peers", name), join(NPM_PEERS, name)];
  const folder = folders.find((each) => existsSync(each));
  if (folder === undefined) throw new Error(`The folder of the peer ${name} is missing: ${folders.join(" or ")}.`);
  return folder;
}

/** Whether the peer needs the packages of `NPM_PEERS`. */
export function needsPackages(name: string): boolean {
  return peerFolder(name).startsWith(NPM_PEERS);
}
