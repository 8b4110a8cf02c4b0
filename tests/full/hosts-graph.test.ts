import { expect, test } from "bun:test";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { Nats } from "../../scripts/lib/servers/nats.ts";
import { until } from "../support/command.ts";
import { type Host, Hosts } from "../support/hosts.ts";

/** Longer than it takes until whoever waits for a silent host gives it up. */
const AWAY_MS = 35_000;
const LIMIT_MS = 90_000;

test("the hello graph on three hosts by the environment alone: no visitor notices that a host is cut off", async () => {
  await using hosts = await Hosts.start(3);
  const [hub, left, right] = hosts.all as [Host, Host, Host];
  await using etcd = await Etcd.start({ place: hub });
  await using nats = await Nats.start({ place: hub });
  const run = (host: Host, service: string) =>
    host.command([`apps/examples/hello-world/${service}.ts`], {
      ETCD_ENDPOINTS: etcd.endpoint,
      ETCD_LEASE_TTL: "3",
      NATS_SERVER: nats.url,
      DYN_EVENT_PLANE: "nats",
      DYN_TCP_RPC_HOST: host.address,
    });
  for (const host of [left, right]) run(host, "backend");
  run(hub, "middle");
  const [, url = ""] = await run(hub, "frontend").line(/^ready (\S+)$/);

  const visitor = hub.command(["tests/full/fixtures/hosts-visitor.ts", url]);
  const visits = () =>
    visitor.printed
      .map((line) => /^(\d+) (.*)$/.exec(line))
      .flatMap((match) => (match === null ? [] : [{ begun: Number(match[1]), by: match[2] ?? "" }]));
  const backends = (from: number, to = Infinity): Set<string> =>
    new Set(visits().flatMap(({ begun, by }) => (begun >= from && begun < to && /^\d+$/.test(by) ? [by] : [])));

  await until(() => backends(0).size === 2, "both backends answer", LIMIT_MS);
  const ready = Date.now();
  const both = backends(0);
  await hosts.lose(right, hub);
  await hosts.lose(hub, right);
  const begun = Date.now();
  await Bun.sleep(AWAY_MS);
  const healed = Date.now();
  await hosts.carry(right, hub);
  await hosts.carry(hub, right);
  await until(() => backends(healed).size === 2, "two backends answer again", LIMIT_MS);
  visitor.signal("SIGTERM");
  await visitor.line(/^over$/);

  expect(visits().filter(({ begun: at, by }) => at >= ready && by.startsWith("failed"))).toEqual([]);
  // The lease has ended by then: the other one alone.
  const [stayed = "", ...more] = backends(begun + AWAY_MS / 2, healed);
  expect(more).toEqual([]);
  expect(both.has(stayed)).toBeTrue();
  // It came back under another id.
  const after = backends(healed);
  expect(after.has(stayed)).toBeTrue();
  expect([...after].filter((id) => both.has(id))).toEqual([stayed]);
});
