import { expect, test } from "bun:test";
import { context, propagation, trace } from "@opentelemetry/api";

import { type Context, depends, endpoint, service } from "../src/index.ts";
import { Traced } from "./support/traced.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";

/** The ids of the span that the running code belongs to. */
function here(): string {
  const { traceId = "none", spanId = "none" } = trace.getActiveSpan()?.spanContext() ?? {};
  return `${traceId} ${spanId}`;
}

@service({ namespace: "traced" })
class Last {
  @endpoint()
  async carried(_request: null, { metadata }: Context): Promise<Record<string, string>> {
    return { ...metadata, tenant: propagation.getActiveBaggage()?.getEntry("tenant")?.value ?? "none" };
  }

  @endpoint()
  async *where(times: number): AsyncGenerator<string> {
    for (let n = 0; n < times; n++) {
      await Bun.sleep(Math.random() * 3);
      yield here();
    }
  }
}

@service({ namespace: "traced" })
class First {
  last = depends(Last);

  @endpoint()
  async *where(times: number): AsyncGenerator<readonly [string, string, string]> {
    for await (const below of this.last.where(times)) {
      const before = here();
      await Bun.sleep(Math.random() * 3);
      yield [before, below, here()];
    }
  }

  @endpoint()
  async baggage(tenant: string): Promise<unknown> {
    const carrying = propagation.setBaggage(context.active(), propagation.createBaggage({ tenant: { value: tenant } }));
    return context.with(carrying, () => this.last.carried(null));
  }

  @endpoint()
  async carried(isNew: boolean): Promise<Record<string, string>> {
    const around = context.active();
    return context.with(isNew ? trace.deleteSpan(around) : around, () => this.last.carried(null));
  }
}

test("a hundred interleaved streams keep their own span, in each next() and at every hop", async () => {
  await using traced = new Traced({ OTEL_BSP_MAX_QUEUE_SIZE: "4096" });
  const { runtime } = await traced.graph(First);
  await using client = await runtime.endpoint("traced.first.where").client<number, [string, string, string]>();
  await client.waitForInstances();
  const streams = await Promise.all(Array.from({ length: 100 }, async () => Array.fromAsync(client.generate(5))));
  const traces = new Set<string>();
  for (const items of streams) {
    expect(items).toHaveLength(5);
    const [own, below] = items[0] ?? ["", ""];
    for (const [before, between, after] of items) expect([before, between, after]).toEqual([own, below, own]);
    expect(own.slice(0, 32)).toBe(below.slice(0, 32));
    expect(own).not.toBe(below);
    traces.add(own.slice(0, 32));
  }
  expect(traces.has("none")).toBe(false);
  expect(traces.size).toBe(100);
});

test("the state of a trace goes on with it, and not with another one", async () => {
  await using traced = new Traced();
  const { runtime } = await traced.graph(First);
  await using client = await runtime.endpoint("traced.first.carried").client<boolean, Record<string, string>>();
  await client.waitForInstances();
  const metadata = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: "vendor=1", other: "kept" };
  const same = await client.generate(false, { metadata }).one();
  expect(same).toMatchObject({ tracestate: "vendor=1", other: "kept" });
  expect(same["traceparent"]).toStartWith(`00-${TRACE}-`);
  expect(same["traceparent"]).not.toContain(PARENT);
  const fresh = await client.generate(true, { metadata }).one();
  expect(fresh).toMatchObject({ tracestate: "", other: "kept" });
  expect(fresh["traceparent"]).toMatch(/^00-[0-9a-f]{32}-/);
  expect(fresh["traceparent"]).not.toContain(TRACE);
});

test("baggage reaches the next hop", async () => {
  await using traced = new Traced();
  const { runtime } = await traced.graph(First);
  await using client = await runtime.endpoint("traced.first.baggage").client<string, { tenant: string }>();
  await client.waitForInstances();
  expect(await client.generate("acme").one()).toMatchObject({ tenant: "acme", baggage: "tenant=acme" });
});
