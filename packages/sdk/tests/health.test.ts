import { expect, test } from "bun:test";
import { join } from "node:path";

import { defineService, endpoint, handler, liveness, onShutdown, onStart, readiness, service } from "../src/index.ts";
import { Services } from "./support/serving.ts";

const runtime = { discovery: "memory", systemPort: 0, systemHost: "127.0.0.1" } as const;

interface Report {
  readonly status: string;
  readonly services: Record<string, { readonly status: string; readonly message?: string }>;
  readonly message?: string;
}

/** What the system server says. */
async function ask(address: string | null, path: string): Promise<[number, Report]> {
  const response = await fetch(`http://${address}${path}`);
  return [response.status, (await response.json()) as Report];
}

test("the hooks of a service, inherited ones too, say how it fares", async () => {
  let [alive, warm] = [true, false];
  const broken = { is: false };

  abstract class Base {
    @readiness
    isWarm(): boolean {
      return warm;
    }
  }
  @service({ namespace: "health" })
  class Worker extends Base {
    @liveness
    async isAlive(): Promise<boolean> {
      return alive;
    }

    @readiness({ timeoutMs: 500 })
    async hasModel(): Promise<boolean> {
      if (broken.is) throw new Error("the model is gone");
      return true;
    }
  }
  const Silent = defineService({
    namespace: "health",
    name: "silent",
    endpoints: { run: handler({}, async (request: string) => request) },
    hooks: { liveness: async () => true, readiness: () => true },
  });
  await using services = new Services();
  const { runtime: own } = await services.graph(Worker, { runtime });
  const { systemAddress } = own;
  expect(await ask(systemAddress, "/live")).toMatchObject([
    200,
    { services: { "health.worker": { status: "ready" } } },
  ]);
  expect(await ask(systemAddress, "/health")).toMatchObject([
    503,
    { status: "notready", services: { "health.worker": { status: "notready", message: "isWarm says no" } } },
  ]);
  warm = true;
  expect((await ask(systemAddress, "/health"))[0]).toBe(200);
  expect((await ask(systemAddress, "/health/health.worker"))[0]).toBe(200);
  broken.is = true;
  expect(await ask(systemAddress, "/health/health.worker")).toMatchObject([
    503,
    { services: { "health.worker": { message: "hasModel failed: the model is gone" } } },
  ]);
  // Readiness is no reason to restart.
  expect((await ask(systemAddress, "/live"))[0]).toBe(200);
  alive = false;
  expect(await ask(systemAddress, "/live")).toMatchObject([
    503,
    { services: { "health.worker": { message: "isAlive says no" } } },
  ]);
  expect((await ask(systemAddress, "/health/health.other"))[0]).toBe(404);

  const silent = await services.graph(Silent, { runtime });
  expect((await ask(silent.runtime.systemAddress, "/health/health.silent"))[0]).toBe(200);
  expect((await ask(silent.runtime.systemAddress, "/live"))[0]).toBe(200);
});

test("a hook that does not answer counts as no, and is not asked again meanwhile", async () => {
  let asked = 0;
  const answer = Promise.withResolvers<boolean>();

  @service({ namespace: "health" })
  class Slow {
    @readiness({ timeoutMs: 20 })
    async isReady(): Promise<boolean> {
      asked += 1;
      return answer.promise;
    }
  }
  await using services = new Services();
  const { runtime: own } = await services.graph(Slow, { runtime });
  const late = { services: { "health.slow": { message: "isReady did not answer within 20 ms" } } };
  expect(await ask(own.systemAddress, "/health")).toMatchObject([503, late]);
  expect(await ask(own.systemAddress, "/health")).toMatchObject([503, late]);
  expect(asked).toBe(1);
  answer.resolve(true);
  expect((await ask(own.systemAddress, "/health"))[0]).toBe(200);
});

test("nothing is asked before the service has started, and it is not ready then", async () => {
  const seen: (readonly [string, number])[] = [];

  @service({ namespace: "health" })
  class Starting {
    asked = 0;
    address: string | null = null;

    @onStart
    async look(): Promise<void> {
      for (const path of ["/live", "/health"])
        seen.push([path, (await fetch(`http://127.0.0.1:${port}${path}`)).status]);
    }

    @onShutdown
    gone(): void {
      seen.push(["asked", this.asked]);
    }

    @liveness
    isAlive(): boolean {
      this.asked += 1;
      return true;
    }
  }
  const free = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port = 0 } = free;
  await free.stop(true);
  {
    await using services = new Services();
    await services.graph(Starting, { runtime: { ...runtime, systemPort: port } });
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  }
  expect(seen).toEqual([
    ["/live", 200],
    ["/health", 503],
    ["asked", 0],
  ]);
});

test("a service that stops is not ready from the first moment", async () => {
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];

  @service({ namespace: "health" })
  class Stopping {
    @endpoint()
    async run(_request: null): Promise<void> {
      begun.resolve();
      await gate.promise;
    }
  }
  await using services = new Services();
  const serving = await services.graph(Stopping, { runtime });
  const client = await serving.runtime.endpoint("health.stopping.run").client();
  const call = client.generate(null).one();
  await begun.promise;
  const stopped = serving.stop();
  const { systemAddress } = serving.runtime;
  let status: number;
  do [status] = await ask(systemAddress, "/health");
  while (status !== 503);
  expect((await ask(systemAddress, "/live"))[0]).toBe(200);
  gate.resolve();
  await call;
  await stopped;
});

test("a process with a blocked event loop is neither alive nor ready, and comes back", async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "fixtures/blocked.ts")], {
    stdout: "pipe",
    stderr: "inherit",
  });
  try {
    const { value } = await child.stdout.getReader().read();
    const [system, url] = new TextDecoder().decode(value).trim().split(" ");
    expect((await ask(system ?? "", "/live"))[0]).toBe(200);
    await fetch(`${url}/block/6000`);
    let [live, health] = [await ask(system ?? "", "/live"), await ask(system ?? "", "/health")];
    // The answer has come before the event loop was blocked.
    while (live[0] === 200 || health[0] === 200) {
      [live, health] = await Promise.all([ask(system ?? "", "/live"), ask(system ?? "", "/health/blocked.worker")]);
    }
    expect([live[0], health[0]]).toEqual([503, 503]);
    expect(live[1].message).toBe("the application did not answer within 1500 ms: its event loop is blocked, or busy");
    let status: number;
    do [status] = await ask(system ?? "", "/live");
    while (status !== 200);
  } finally {
    child.kill();
    await child.exited;
  }
}, 30_000);
