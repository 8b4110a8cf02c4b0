import { expect, test } from "bun:test";

import { HostCluster, type HostWorker } from "../support/host-cluster.ts";
import type { Kind } from "./fixtures/hosts-caller.ts";

/** How long a host is away: longer than it takes until whoever waits for it gives it up. */
const AWAY_MS = 35_000;

/** A call that was begun when the view changed may have been given to the old one just before. */
const SLACK_MS = 100;

interface Partition {
  readonly name: string;
  readonly plane: "tcp" | "dynamo";
  begin(cluster: HostCluster, right: HostWorker): Promise<void>;
  end(cluster: HostCluster, right: HostWorker): Promise<void>;
}

const outwards: Pick<Partition, "begin" | "end"> = {
  begin: ({ hosts, hub }, right) => hosts.lose(right.host, hub),
  end: ({ hosts, hub }, right) => hosts.carry(right.host, hub),
};
const inwards: Pick<Partition, "begin" | "end"> = {
  begin: ({ hosts, hub }, right) => hosts.lose(hub, right.host),
  end: ({ hosts, hub }, right) => hosts.carry(hub, right.host),
};
const bothWays: Pick<Partition, "begin" | "end"> = {
  begin: async (cluster, right) => {
    await Promise.all([outwards.begin(cluster, right), inwards.begin(cluster, right)]);
  },
  end: async (cluster, right) => {
    await Promise.all([outwards.end(cluster, right), inwards.end(cluster, right)]);
  },
};
const unplugged: Pick<Partition, "begin" | "end"> = {
  begin: ({ hosts }, right) => hosts.unplug(right.host),
  end: ({ hosts }, right) => hosts.plug(right.host),
};

const partitions: Partition[] = [
  { name: "silence both ways", plane: "tcp", ...bothWays },
  { name: "nothing comes from the worker", plane: "tcp", ...outwards },
  { name: "nothing comes to the worker", plane: "tcp", ...inwards },
  { name: "the worker's cable is pulled", plane: "tcp", ...unplugged },
  { name: "silence both ways, on the original's wire", plane: "dynamo", ...bothWays },
  { name: "nothing comes from the worker, on the original's wire", plane: "dynamo", ...outwards },
];

const KINDS: readonly Kind[] = ["once", "again", "stream"];

const seconds = (at: number, since: number): string => ((at - since) / 1000).toFixed(1);

const rows: Record<string, string | number>[] = [];

test.each(partitions)(
  "a host is cut off for 35 s, $name: calls go to the other, and to both again",
  async (partition) => {
    await using cluster = await HostCluster.start(partition.plane);
    const [left, right] = cluster.workers;
    const old = cluster.idOf(right);
    const begun = Date.now();
    await partition.begin(cluster, right);
    await cluster.until(() => !cluster.view.includes(old), "the host that is cut off is missed");
    const missed = Date.now();
    expect(cluster.view).toEqual([cluster.idOf(left)]);
    await Bun.sleep(begun + AWAY_MS - Date.now());
    const healed = Date.now();
    await partition.end(cluster, right);
    await cluster.until(
      () => KINDS.every((kind) => cluster.answers("right", kind, healed) > 10),
      "it takes calls again",
    );
    await cluster.until(() => cluster.hears("right", healed), "its events come again");
    await cluster.rest();

    const from = (kind: Kind, since: number, to: number) =>
      cluster.calls.filter((call) => call.kind === kind && call.from >= since && call.from < to);
    // Whatever was begun when it was missed, and whatever may run twice, ends well; on the other host alone while it lasts.
    for (const kind of KINDS) {
      const meanwhile = from(kind, missed + SLACK_MS, healed);
      expect(meanwhile.length).toBeGreaterThan(100);
      expect(meanwhile.filter(({ error, host }) => error !== null || host !== "left")).toEqual([]);
    }
    expect(from("again", 0, Infinity).filter(({ error }) => error !== null)).toEqual([]);
    // Of the rest nobody can know whether it ran: they say so, and none is tried again.
    const failed = cluster.calls.filter(({ error }) => error !== null);
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed.map(({ error }) => error))).toEqual(new Set(["unknown_outcome"]));
    cluster.expectNothingTwice();
    await cluster.expectNothingStale();

    const views = cluster.seen.filter((seen) => seen.type === "view" && seen.at > healed);
    const beat = cluster.seen.find((seen) => seen.type === "beat" && seen.host === "right" && seen.at > healed);
    rows.push({
      partition: partition.name,
      "missed after s": seconds(missed, begun),
      "open calls given up after s": seconds(Math.max(...failed.map(({ at }) => at)), begun),
      "of calls": cluster.calls.length,
      "outcome unknown": failed.length,
      "back after s": seconds(views[0]?.at ?? Number.NaN, healed),
      "its events after s": seconds(beat?.at ?? Number.NaN, healed),
    });
    // eslint-disable-next-line no-console -- figures are for people
    console.table(rows);
  },
);

test("a host is away for a moment, shorter than its lease: nothing is lost, and nobody has another id", async () => {
  await using cluster = await HostCluster.start("tcp", { leaseSeconds: 10 });
  const [left, right] = cluster.workers;
  const ids = [cluster.idOf(left), cluster.idOf(right)].toSorted();
  await cluster.hosts.unplug(right.host);
  await Bun.sleep(2000);
  const healed = Date.now();
  await cluster.hosts.plug(right.host);
  await cluster.until(() => KINDS.every((kind) => cluster.answers("right", kind, healed) > 10), "it takes calls again");
  await cluster.rest();
  expect(cluster.calls.filter(({ error }) => error !== null)).toEqual([]);
  expect(cluster.view.toSorted()).toEqual(ids);
  cluster.expectNothingTwice();
  await cluster.expectNothingStale();
});

test("a host loses etcd alone: its lease ends, the calls that it has end well, and it comes back", async () => {
  await using cluster = await HostCluster.start("tcp", { callerBeside: true });
  const [left, right] = cluster.workers;
  const old = cluster.idOf(right);
  await bothWays.begin(cluster, right);
  await cluster.until(() => !cluster.view.includes(old), "its lease has ended");
  const missed = Date.now();
  await cluster.until(() => cluster.answers("left", "stream", missed) > 10, "calls go to the other");
  const healed = Date.now();
  await bothWays.end(cluster, right);
  await cluster.until(() => KINDS.every((kind) => cluster.answers("right", kind, healed) > 10), "it takes calls again");
  await cluster.rest();
  // It was reached all the time: no call failed, none was tried twice.
  expect(cluster.calls.filter(({ error }) => error !== null)).toEqual([]);
  expect(cluster.view.toSorted()).toEqual([cluster.idOf(left), cluster.idOf(right)].toSorted());
  expect(cluster.idOf(right)).not.toBe(old);
  cluster.expectNothingTwice();
  await cluster.expectNothingStale();
});
