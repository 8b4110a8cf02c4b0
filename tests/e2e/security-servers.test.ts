/** One option for everything: calls, etcd and NATS with TLS, certificates on both sides and a token. */
import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { DistributedRuntime, type RuntimeOptions, type StatorError } from "@stator/runtime-native";

import { Etcd, guardedTls } from "../../scripts/lib/servers/etcd.ts";
import { Nats } from "../../scripts/lib/servers/nats.ts";
import { Certificates } from "../support/certificates.ts";
import { within } from "../support/command.ts";
import { failure } from "../support/failure.ts";

const certificates = new Certificates();
const ours = await certificates.make("ours");
const strangers = await certificates.make("strangers");
afterAll(() => certificates[Symbol.dispose]());

const token = readFileSync(join(ours, "token"), "utf8").trim();

test("calls and events go through an etcd and a NATS that let in nobody else, by one option", async () => {
  await using etcd = await Etcd.start({ tls: guardedTls(ours) });
  await using nats = await Nats.start({ security: ours });
  const options: RuntimeOptions = {
    security: ours,
    etcdEndpoints: etcd.endpoint,
    eventPlane: "nats",
    natsServer: nats.url,
  };
  await using worker = await DistributedRuntime.create(options);
  await using caller = await DistributedRuntime.create(options);
  const path = "guarded.worker.echo";
  await worker.endpoint(path).serveEndpoint(async (request: string) => `${request} back`);
  const client = await caller.endpoint(path).client<string, string>();
  await client.waitForInstances({ timeoutMs: 10_000 });
  expect(await client.generate("there and").one()).toBe("there and back");

  const subscription = caller.endpoint(path).subscribe<number>("ticks");
  await within(subscription.ready, "the subscription");
  await worker.endpoint(path).publish("ticks", 7);
  const next = await within(subscription[Symbol.asyncIterator]().next(), "the event");
  expect(next.value?.payload).toBe(7);
});

const SERVERS = {
  etcd: {
    guarded: () => Etcd.start({ tls: guardedTls(ours) }),
    open: () => Etcd.start(),
    options: (server: Etcd | Nats): RuntimeOptions => ({ etcdEndpoints: (server as Etcd).endpoint }),
  },
  NATS: {
    guarded: () => Nats.start({ security: ours }),
    open: () => Nats.start(),
    options: (server: Etcd | Nats): RuntimeOptions => ({
      discovery: "memory",
      eventPlane: "nats",
      natsServer: (server as Nats).url,
    }),
  },
};

describe.each(["etcd", "NATS"] as const)("%s", (name) => {
  const { guarded, open, options } = SERVERS[name];

  test("without our files, or with a stranger's, is refused with the reason", async () => {
    await using server = await guarded();
    const reasons: unknown[] = [];
    for (const security of [{}, { security: strangers }, { security: ours, ...own(name, strangers) }]) {
      const error = (await failure(DistributedRuntime.create({ ...options(server), ...security }))) as StatorError;
      expect(error.code).toBe("permission_denied");
      expect(error.message).not.toContain(token);
      reasons.push((error.details as { reason: string } | undefined)?.reason);
    }
    expect(reasons).toEqual(["unknown_authority", "unknown_authority", "own_refused"]);
  });

  test("that speaks plain text is refused where TLS is set up", async () => {
    await using server = await open();
    const place = options(server);
    const endpoints = place.etcdEndpoints?.replace("http:", "https:");
    const error = (await failure(
      DistributedRuntime.create({
        ...place,
        ...(endpoints === undefined ? {} : { etcdEndpoints: endpoints }),
        security: ours,
      }),
    )) as StatorError;
    expect([error.code, error.details]).toEqual(["permission_denied", { reason: "plaintext" }]);
  });
});

/** Another certificate for one server alone. */
function own(name: "etcd" | "NATS", folder: string): RuntimeOptions {
  const { cert, key } = guardedTls(folder);
  return name === "etcd" ? { etcdClientCert: cert, etcdClientKey: key } : { natsClientCert: cert, natsClientKey: key };
}
