/**
 * Shows who serves what in a cluster on etcd, and who comes and goes, with nothing but a client of etcd: what a Stator
 * process writes there is plain, documented JSON, the same as the original's.
 *
 *     ETCD_ENDPOINTS=http://127.0.0.1:2379 bun apps/examples/cluster-inspector/inspect.ts [--once]
 */
import { Etcd3 } from "etcd3";

import { type Sight, readSight } from "./sight.ts";

const PREFIX = "v1/instances/";

const once = process.argv.includes("--once");
const hosts = (process.env["ETCD_ENDPOINTS"] ?? "http://localhost:2379").split(",").map((host) => host.trim());
const etcd = new Etcd3({ hosts });

/** What is there, by key: a delete tells no more than that. */
const known = new Map<string, Sight>();

const everything = await etcd.getAll().prefix(PREFIX).exec();
for (const { key, value } of everything.kvs) show("is", key.toString(), value.toString());
console.log(`${known.size} instances of ${new Set([...known.values()].map(({ path }) => path)).size} endpoints`);
if (once) {
  etcd.close();
} else {
  const next = (BigInt(everything.header.revision) + 1n).toString();
  const watcher = await etcd.watch().prefix(PREFIX).startRevision(next).create();
  watcher.on("put", ({ key, value }) => show("comes", key.toString(), value.toString()));
  watcher.on("delete", ({ key }) => {
    const sight = known.get(key.toString());
    if (sight !== undefined && known.delete(key.toString())) print("goes", sight);
  });
  console.log("watching; Ctrl-C ends it");
  process.once("SIGINT", () => void watcher.cancel().then(() => etcd.close()));
}

function show(what: string, key: string, value: string): void {
  const sight = readSight(key.slice(PREFIX.length), value);
  if (sight === null) {
    console.log(`${"what?".padEnd(6)} ${key}: no instance record`);
    return;
  }
  known.set(key, sight);
  print(what, sight);
}

function print(what: string, { path, instance, address, planes }: Sight): void {
  console.log(`${what.padEnd(6)} ${path} ${instance} at ${address} (${planes.join(", ")})`);
}
