/** The wheel of the original and TypeScript over TLS, with certificates on both sides, by the same settings. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { DistributedRuntime, StatorError } from "@stator/runtime-native";

import { UPSTREAM_VERSION, upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { Certificates, upstreamTls } from "../support/certificates.ts";
import type { Command } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { clientOf, Meeting, seen } from "../support/interop/meeting.ts";

const wheel = await upstreamWheel();
const PYTHON = `Python ${UPSTREAM_VERSION}`;

const certificates = new Certificates();
const ours = await certificates.make("ours");
const strangers = await certificates.make("strangers");
afterAll(() => certificates[Symbol.dispose]());

describe(`TypeScript client, ${PYTHON} worker, TLS`, () => {
  let meeting: Meeting;
  let worker: Command;
  beforeAll(async () => {
    meeting = await Meeting.start(wheel, "msgpack", undefined, upstreamTls(ours));
    worker = meeting.python("worker.py");
  });
  afterAll(async () => {
    await worker[Symbol.asyncDispose]();
    await meeting[Symbol.asyncDispose]();
  });

  test("a stream of 10,000", async () => {
    await using runtime = await meeting.runtime({ security: ours });
    const client = await clientOf(runtime);
    expect(client.instances()[0]?.wire).toBe("dynamo");
    let index = 0;
    for await (const item of client.generate({ mode: "count", items: 10_000 }))
      expect(item).toEqual({ index: index++ });
    expect(index).toBe(10_000);
  });

  test.each([
    ["in plain text", {}, ["tls_required"]],
    ["of another authority", { security: strangers }, ["unknown_authority"]],
    // Authorities of `stator certs` have one name, so it is the signature that it finds wrong.
    ["whose certificate is strange to it", { security: ours, ...clientFiles(strangers) }, ["own_refused"]],
    ["that expects another name", { security: ours, tlsServerName: "elsewhere.example" }, ["wrong_name"]],
  ] as const)("a caller %s gets a typed error", async (_, options, [reason]) => {
    await using runtime = await meeting.runtime(options);
    const client = await clientOf(runtime);
    const error = (await failure(client.generate({ mode: "echo", value: 1 }).one())) as StatorError;
    expect([error.code, error.details]).toEqual(["permission_denied", { reason }]);
  });
});

test(`${PYTHON} client, TypeScript worker, TLS by the original's variables`, async () => {
  await using meeting = await Meeting.start(wheel, "msgpack", undefined, upstreamTls(ours));
  await using worker = meeting.typescriptWorker();
  await worker.line(/^serving$/);
  await using client = meeting.python("client.py", "msgpack", "slow");
  await client.line(/^slow began$/);
  const told = await seen<{ items: unknown[]; error: string | null }>(client, "slow");
  expect([told.items.length, told.error]).toEqual([50, null]);
  // One of ours calls the same worker at the same port, on our own wire.
  await using runtime: DistributedRuntime = await meeting.runtime({ security: ours });
  const ownClient = await clientOf(runtime);
  expect(ownClient.instances()[0]?.wire).toBe("stator");
  expect(await ownClient.generate({ mode: "echo", value: 1 }).one()).toBe(1);
});

function clientFiles(folder: string) {
  return { tcpClientCert: `${folder}/cert.pem`, tcpClientKey: `${folder}/key.pem` };
}
