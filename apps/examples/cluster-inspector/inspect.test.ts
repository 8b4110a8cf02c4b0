import { expect, test } from "bun:test";

import { Etcd } from "../../../scripts/lib/servers/etcd.ts";
import { Command } from "../../../tests/support/command.ts";
import { readSight } from "./sight.ts";

test("it shows who is there, who comes and who goes, and nothing else is needed", async () => {
  await using etcd = await Etcd.start();
  const environment = { ETCD_ENDPOINTS: etcd.endpoint, DYN_DISCOVERY_BACKEND: "etcd" };
  await using first = new Command(["tests/e2e/fixtures/etcd-worker.ts", "a.first.run"], environment);
  await first.line(/^ready/);
  await using inspector = new Command(["apps/examples/cluster-inspector/inspect.ts"], environment);
  await inspector.line(/^is {5}a\.first\.run [0-9a-f]+ at 127\.0\.0\.1:\d+ \(stator, tcp\)$/);
  await inspector.line(/^1 instances of 1 endpoints$/);
  await inspector.line(/^watching/);
  await using second = new Command(["tests/e2e/fixtures/etcd-worker.ts", "a.second.run"], environment);
  const [, id = ""] = await second.line(/^ready (\d+)$/);
  await inspector.line(new RegExp(`^comes {2}a\\.second\\.run ${BigInt(id).toString(16)} at `));
  first.signal("SIGTERM");
  await inspector.line(/^goes {3}a\.first\.run /);
  inspector.signal("SIGINT");
  expect(await inspector.exited).toBe(0);
});

test("what is no record of an instance is none", () => {
  const value = `{"type":"Endpoint","transport":{"nats_tcp":"a_b.c-1"}}`;
  expect(readSight("a/b/c/1", value)).toEqual({
    path: "a.b.c",
    instance: "1",
    address: "a_b.c-1",
    planes: ["nats"],
  });
  for (const place of ["a/b/c", "a/b/c/x", "a/b/c/1/2", "a//c/1"]) expect(readSight(place, value)).toBeNull();
  for (const text of ["", "null", "[]", "7", `{"type":"Model"}`]) expect(readSight("a/b/c/1", text)).toBeNull();
});
