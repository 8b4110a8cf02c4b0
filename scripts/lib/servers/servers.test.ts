import { expect, test } from "bun:test";
import { join } from "node:path";
import { Command, until } from "../../../tests/support/command.ts";
import { isRunning } from "../../../tests/support/processes.ts";
import { Etcd } from "./etcd.ts";
import { Nats } from "./nats.ts";

async function put(etcd: Etcd, key: string, value: string): Promise<void> {
  const body = JSON.stringify({ key: btoa(key), value: btoa(value) });
  const response = await fetch(`${etcd.endpoint}/v3/kv/put`, { method: "POST", body });
  expect(response.status).toBe(200);
}

async function get(etcd: Etcd, key: string): Promise<string | null> {
  const body = JSON.stringify({ key: btoa(key) });
  const response = await fetch(`${etcd.endpoint}/v3/kv/range`, { method: "POST", body });
  const { kvs } = (await response.json()) as { kvs?: { value: string }[] };
  return kvs?.[0] === undefined ? null : atob(kvs[0].value);
}

test("etcd keeps its data over a restart, and loses it when wiped", async () => {
  await using etcd = await Etcd.start();
  await put(etcd, "a", "1");
  await etcd.process.kill();
  expect(etcd.process.pid).toBeNull();
  await etcd.process.start();
  expect(await get(etcd, "a")).toBe("1");
  await etcd.wipe();
  expect(await get(etcd, "a")).toBeNull();
});

test("NATS has JetStream, and comes back on its port", async () => {
  await using nats = await Nats.start();
  const greeting = async (): Promise<string> => {
    const { hostname, port } = new URL(nats.url);
    const { promise, resolve } = Promise.withResolvers<string>();
    const data = (_: unknown, bytes: Buffer): void => resolve(bytes.toString());
    const socket = await Bun.connect({ hostname, port: Number(port), socket: { data } });
    const text = await promise;
    socket.end();
    return text;
  };
  expect(await greeting()).toContain('"jetstream":true');
  await nats.process.stop();
  await nats.process.start();
  expect(await greeting()).toStartWith("INFO ");
});

test("a server that cannot start says why", async () => {
  const why = await Nats.start({ arguments: ["--config", "/no/such/file"] }).then(String, String);
  expect(why).toMatch(/nats-server ended with \d+ before it was ready:[^]*no\/such\/file/);
});

test("bun run services gives a command its environment, and hands on its exit code", async () => {
  const script = join(import.meta.dir, "..", "..", "services.ts");
  await using services = new Command([script, "sh", "-c", "echo $ETCD_ENDPOINTS,$NATS_SERVER; exit 3"]);
  await services.line(/^http:\/\/127\.0\.0\.1:\d+,nats:\/\/127\.0\.0\.1:\d+$/);
  expect(await services.exited).toBe(3);
});

test("the servers end with the process that started them, even when it is killed", async () => {
  await using services = new Command([join(import.meta.dir, "..", "..", "services.ts"), "--etcd"]);
  const [, port = ""] = await services.line(/^export ETCD_ENDPOINTS=http:\/\/127\.0\.0\.1:(\d+)$/);
  const children = await Bun.file(`/proc/${services.pid}/task/${services.pid}/children`).text();
  const [etcd = Number.NaN] = children.trim().split(" ").map(Number);
  expect(isRunning(etcd)).toBeTrue();
  services.signal("SIGKILL");
  await services.exited;
  await until(() => !isRunning(etcd), `etcd on port ${port} has ended`);
});
