import { expect, test } from "bun:test";

import {
  abstractService,
  commandService,
  api,
  configuration,
  depends,
  endpoint,
  graph,
  metadataKey,
  onStart,
  service,
} from "@stator/sdk";
import { fake, stub, testCluster, testService } from "@stator/sdk/testing";
import { z } from "zod";

import { events, failure, Frontend, Worker } from "./services.ts";

test("services start in their order, call each other over the wire, and stop in the reverse order", async () => {
  events.length = 0;
  const cluster = await testCluster(Frontend);
  expect(await cluster.client(Frontend).greet("ada")).toBe("hello ADA");
  expect(await Array.fromAsync(cluster.client(Frontend).double(3))).toEqual([2, 4, 6]);
  expect(await cluster.client(Worker).sum([1, 2, 3])).toBe(6);
  // Values are checked as between processes.
  expect(await failure(cluster.client(Frontend).greet(7 as never))).toMatchObject({
    code: "invalid_request",
    message: "kit.frontend.greet: Invalid input: expected string, received number",
  });
  await cluster.stop();
  expect(events).toEqual(["worker starts", "frontend starts", "frontend shuts down", "worker shuts down"]);
  expect(await failure(cluster.client(Frontend).greet("ada"))).toMatchObject({ code: "shutting_down" });
});

test("several instances share the calls; each has an object of its own", async () => {
  await using cluster = await testCluster(Frontend, { instances: { Worker: 2 } });
  for (let call = 0; call < 4; call++) await cluster.client(Frontend).greet("ada");
  expect(cluster.instances(Worker).map(({ service: { runs } }) => runs)).toEqual([2, 2]);
  expect(
    cluster.calls
      .to(Worker, "run")
      .map(({ instance }) => instance)
      .toSorted(),
  ).toEqual(["Worker#1", "Worker#1", "Worker#2", "Worker#2"]);
  const third = await cluster.add(Worker);
  expect(third.name).toBe("Worker#3");
  for (let call = 0; call < 3; call++) await cluster.client(Frontend).greet("ada");
  expect(third.service.runs).toBe(1);
});

test("clusters see nothing of each other", async () => {
  await using one = await testCluster(Frontend);
  await using other = await testCluster(Frontend);
  await Promise.all([
    one.client(Frontend).greet("a"),
    one.client(Frontend).greet("b"),
    other.client(Frontend).greet("c"),
  ]);
  expect(one.calls.to(Worker)).toHaveLength(2);
  expect(other.calls.to(Worker).map(({ request }) => request)).toEqual(["c"]);
});

test("a stub stands in for a service, through its schemas", async () => {
  await using cluster = await testCluster(Frontend, {
    replace: [stub(Worker, { run: (text) => `${text}!`, count: () => [10, 20] })],
  });
  expect(await cluster.client(Frontend).greet("ada")).toBe("hello ada!");
  expect(await Array.fromAsync(cluster.client(Frontend).double(1))).toEqual([20, 40]);
  expect(await failure(cluster.client(Worker).look("x"))).toMatchObject({
    code: "not_found",
    message: expect.stringContaining("stub(Worker, { look })") as string,
  });
  await using wrong = await testCluster(Frontend, { replace: [stub(Worker, { run: () => 5 as never })] });
  expect(await failure(wrong.client(Frontend).greet("ada"))).toMatchObject({ code: "invalid_response" });
});

@service({ namespace: "kit" })
class CountingWorker extends Worker {
  override async run(text: string): Promise<string> {
    return `${text} of the fake`;
  }
}

@service({ namespace: "kit" })
class OtherWorker {
  @endpoint()
  async walk(text: string): Promise<string> {
    return text;
  }
}

test("a fake is a service of its own", async () => {
  await using cluster = await testCluster(Frontend, { replace: [fake(Worker, CountingWorker)] });
  expect(await cluster.client(Frontend).greet("ada")).toBe("hello ada of the fake");
  // It is known by what it stands in for.
  expect(cluster.instance(Worker).service).toBeInstanceOf(CountingWorker);
  expect(cluster.calls.to(Worker, "run")).toMatchObject([{ service: "CountingWorker", request: "ada" }]);
  expect(() => fake(Worker, OtherWorker as never)).toThrow(
    'fake: OtherWorker has no endpoint "run", which Worker promises',
  );
});

test("a service alone: what it depends on is replaced, or says that it is missing", async () => {
  await using alone = await testService(Frontend, { replace: [stub(Worker, { run: async (text) => `${text}?` })] });
  expect(await alone.client.greet("ada")).toBe("hello ada?");
  expect(alone.calls.to(Worker, "run")).toMatchObject([{ request: "ada", response: "ada?", caller: "Frontend#1" }]);
  expect(alone.instance.service).toBeInstanceOf(Frontend);
  await using bare = await testService(Frontend);
  expect(await failure(bare.client.greet("ada"))).toMatchObject({
    code: "not_found",
    message: expect.stringContaining("Worker.run was called, and the test has nothing in its place") as string,
  });
});

@abstractService()
abstract class Engine {
  @endpoint()
  async think(_text: string): Promise<string> {
    throw new Error("a subclass thinks");
  }
}

@service({ namespace: "kit" })
class Machine extends Engine {
  override async think(text: string): Promise<string> {
    return `machine: ${text}`;
  }
}

@service({ namespace: "kit" })
class Thinker {
  engine = depends(Engine);

  @endpoint()
  async ask(text: string): Promise<string> {
    return this.engine.think(text);
  }
}

test("graphs, and places that a link fills", async () => {
  await using linked = await testCluster(graph(Thinker).link(Machine));
  expect(await linked.client(Thinker).ask("a")).toBe("machine: a");
  const thinks = stub(Machine, { think: (text) => `stub: ${text}` });
  await using replaced = await testCluster(graph(Thinker).link(Machine), { replace: [thinks] });
  expect(await replaced.client(Thinker).ask("a")).toBe("stub: a");
  await using open = await testCluster(Thinker, { replace: [stub(Engine, { think: (text) => `open: ${text}` })] });
  expect(await open.client(Thinker).ask("a")).toBe("open: a");
});

const Tenant = metadataKey("tenant");

const CounterContract = {
  name: "Counter",
  namespace: "kit",
  component: "counter",
  endpoints: {
    count: {
      name: "count",
      kind: "server-stream",
      input: z.number(),
      output: z.number(),
      timeoutMs: null,
      idempotent: true,
    },
  },
} as const;
const Counter = commandService(CounterContract, { command: ["./there-is-no-such-program"] });

@service({ namespace: "kit" })
class Counting {
  byContract = depends(CounterContract);
  program = depends(Counter);

  @endpoint()
  async count(to: number): Promise<number[]> {
    return [...(await Array.fromAsync(this.byContract.count(to))), ...(await Array.fromAsync(this.program.count(to)))];
  }
}

test("what is known by its contract, and programs, are replaced like classes", async () => {
  const counts = stub(CounterContract, { count: (to) => [to, to + 1] });
  await using cluster = await testCluster(Counting, { replace: [counts] });
  expect(await cluster.client(Counting).count(1)).toEqual([1, 2, 1, 2]);
  expect(await Array.fromAsync(cluster.client(Counter).count(5))).toEqual([5, 6]);
  expect(cluster.calls.to(Counter, "count").map(({ caller }) => caller)).toEqual(["Counting#1", "Counting#1", "test"]);
  expect((await failure(testCluster(Counting))).message).toContain("Counter is a program of its own");
});

@service({ namespace: "kit", env: { KIT_REGION: "north" } })
class Told {
  readonly config = configuration(z.object({ greeting: z.string().default("hello") }));

  @api({ method: "GET", path: "/greet/:name", input: z.object({ name: z.string() }) })
  async greet({ name }: { name: string }): Promise<string> {
    return `${this.config.greeting} ${name} of the ${process.env["KIT_REGION"]}`;
  }

  @endpoint()
  async tenant(_request: null, context: { metadata: Readonly<Record<string, string>> }): Promise<string> {
    return Tenant.get(context) ?? "nobody";
  }
}

test("configuration, metadata, variables and HTTP", async () => {
  const cluster = await testCluster(Told, {
    configuration: { Told: { greeting: "good day" } },
    metadata: Tenant.entry("acme"),
  });
  const answer = await cluster.fetch("/greet/ada");
  expect(await answer.json()).toBe("good day ada of the north");
  expect(cluster.calls.to(Told, "greet")).toMatchObject([{ caller: "http", request: { name: "ada" } }]);
  expect(await cluster.client(Told).tenant()).toBe("acme");
  expect(await cluster.client(Told).tenant(null, { metadata: Tenant.entry("other") })).toBe("other");
  expect(cluster.calls.to(Told, "tenant").map(({ metadata }) => metadata)).toEqual([
    { tenant: "acme" },
    { tenant: "other" },
  ]);
  await cluster.stop();
  expect(process.env["KIT_REGION"]).toBeUndefined();
});

test("a client with the options of a dependency", async () => {
  await using cluster = await testCluster(Worker, { instances: { Worker: 2 } });
  const direct = await cluster.connect(Worker, { router: "direct" });
  const { instanceId } = cluster.instance(Worker, 2);
  await direct.run("a", { instanceId });
  await direct.run("b", { instanceId });
  expect(cluster.calls.to(Worker).map(({ instance }) => instance)).toEqual(["Worker#2", "Worker#2"]);
});

test("mistakes are named", async () => {
  await using cluster = await testCluster(Frontend);
  expect(() => cluster.client(OtherWorker)).toThrow("testCluster: OtherWorker is not part of the cluster");
  expect(() => cluster.calls.to(Worker, "runn" as "run")).toThrow('Worker has no endpoint "runn"; did you mean "run"?');
  expect(() => cluster.instance(Worker, 2)).toThrow("Worker has no Worker#2; 1 have been started");
  expect(await failure(cluster.clock.advance(5))).toMatchObject({
    code: "invalid_argument",
    message: expect.stringContaining('{ clock: "fake" }') as string,
  });
  const mistakes: [object, string][] = [
    [{ instance: { Worker: 2 } }, 'unknown option "instance"; did you mean "instances"?'],
    [{ instances: { Wroker: 2 } }, 'instances: there is no service "Wroker"; did you mean "Worker"?'],
    [{ instances: { Worker: 1.5 } }, "instances.Worker: 1.5 is not a whole number"],
    [{ clock: "slow" }, 'clock is "slow"; use real or fake'],
    [{ replace: [stub(OtherWorker, {})] }, "no service of the test depends on OtherWorker, which is replaced"],
    [{ replace: [stub(Worker, {}), stub(Worker, {})] }, "two things are to stand in for Worker"],
    [{ configuration: { Wroker: {} } }, "Wroker"],
  ];
  for (const [options, message] of mistakes) {
    expect((await failure(testCluster(Frontend, options))).message).toContain(message);
  }
  expect(() => stub(Worker, { runn: () => "" } as never)).toThrow(
    'stub: Worker has no endpoint "runn"; did you mean "run"?',
  );
  expect((await failure(testCluster(Date))).message).toContain("is not a service");
});

@service({ namespace: "kit" })
class Failing {
  worker = depends(Worker);

  @onStart
  start(): void {
    throw new Error("there is no model");
  }

  @endpoint()
  async run(_request: null): Promise<null> {
    return null;
  }
}

test("a start that fails takes back what it had done", async () => {
  events.length = 0;
  expect((await failure(testCluster(Failing))).message).toBe("there is no model");
  expect(events).toEqual(["worker starts", "worker shuts down"]);
});
