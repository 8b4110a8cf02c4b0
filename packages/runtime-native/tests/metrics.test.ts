import { expect, test } from "bun:test";

import { type Context, DistributedRuntime } from "../src/index.ts";
import { failure } from "./support/failure.ts";
import { freshPath } from "./support/pair.ts";

const options = { discovery: "memory", systemPort: 0, systemHost: "127.0.0.1" } as const;

test("what a handler counts stands at /metrics, with the endpoint's labels", async () => {
  await using runtime = await DistributedRuntime.create(options);
  const endpoint = runtime.endpoint(freshPath());
  await endpoint.serveEndpoint(async (request: number, { metrics }: Context) => {
    metrics.counter("tokens_total", { help: "Tokens\nthat came.", labels: { kind: 'a "b" \\' } }).inc(request);
    metrics.gauge("queue_depth").set(request);
    metrics.histogram("score", { buckets: [1, 10] }).observe(request);
    return request;
  });
  await using client = await endpoint.client<number, number>();
  await client.waitForInstances();
  for (const request of [1, 5, 50]) await client.generate(request).one();
  runtime.metrics.gauge("models", { labels: { state: "warm" } }).inc();

  const read = async () => (await fetch(`http://${runtime.systemAddress}/metrics`)).text();
  const [namespace, component, name] = endpoint.path.split(".");
  const labels = `dynamo_component="${component}",dynamo_endpoint="${name}",dynamo_namespace="${namespace}"`;
  const worker = `worker_id="${runtime.instanceId.toString(16)}"`;
  const text = await read();
  for (const line of [
    "# HELP tokens_total Tokens\\nthat came.",
    "# TYPE tokens_total counter",
    `tokens_total{${labels},kind="a \\"b\\" \\\\",${worker}} 56`,
    "# TYPE queue_depth gauge",
    `queue_depth{${labels},${worker}} 50`,
    `score_bucket{${labels},${worker},le="1"} 1`,
    `score_bucket{${labels},${worker},le="10"} 2`,
    `score_bucket{${labels},${worker},le="+Inf"} 3`,
    `score_sum{${labels},${worker}} 56`,
    `score_count{${labels},${worker}} 3`,
    `models{state="warm",${worker}} 1`,
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  // The runtime's own numbers stand beside them.
  expect(text).toContain(`dynamo_component_requests_total{${labels},${worker}} 3`);
  expect(text).toMatch(/^stator_javascript_heap_bytes\{worker_id="[0-9a-f]+"\} [1-9]\d*$/m);
  // Nobody has asked this process to speak of its health.
  expect((await fetch(`http://${runtime.systemAddress}/live`)).status).toBe(200);
});

test("what cannot be counted is refused, and rows are bounded", async () => {
  await using runtime = await DistributedRuntime.create({ ...options, log: "off" });
  const { metrics } = runtime;
  metrics.counter("taken");
  for (const [body, message] of [
    [() => metrics.gauge("taken"), "taken is a counter already; give the gauge another name"],
    [() => metrics.counter("a b"), '"a b" is not the name of a metric'],
    [() => metrics.counter("dynamo_x"), "names that begin with dynamo_ or stator_ are the runtime's own"],
    [() => metrics.counter("x", { labels: { "a-b": "c" } }), '"a-b" is not the name of a label'],
    [() => metrics.counter("x", { labels: { worker_id: "c" } }), "the label worker_id is set by the runtime"],
    [() => metrics.counter("x", { labels: { a: 1 as never } }), "the label a is a number"],
    [() => metrics.counter("x").inc(-1), "a counter only grows"],
    [() => metrics.gauge("y").set(Number.NaN), "NaN is not a number that can be counted"],
    [() => metrics.histogram("z", { buckets: [2, 1] }), "the buckets are not ascending numbers"],
  ] as const) {
    expect(await failure(Promise.resolve().then<unknown>(body))).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(message),
    });
  }
  for (let n = 0; n < 2000; n++) metrics.counter("many", { labels: { n: String(n) } }).inc();
  const text = await (await fetch(`http://${runtime.systemAddress}/metrics`)).text();
  expect(text.match(/^many\{/gm)?.length).toBe(1000);
});

test("the process reads its own metrics: those of the core where there is a system server", async () => {
  for (const systemPort of [0, -1]) {
    await using runtime = await DistributedRuntime.create({ ...options, systemPort });
    runtime.metrics.counter("own_total").inc(3);
    const text = await runtime.metricsText();
    expect(text).toContain(`own_total{worker_id="${runtime.instanceId.toString(16)}"} 3`);
    expect(text.includes("dynamo_component_uptime_seconds{")).toBe(systemPort === 0);
  }
});
