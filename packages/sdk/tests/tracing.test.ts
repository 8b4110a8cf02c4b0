import { describe, expect, test } from "bun:test";
import { trace } from "@opentelemetry/api";

import { traceTree } from "../../../tests/support/otlp/trace-tree.ts";
import { api, depends, endpoint, type Interceptor, service, StatorError } from "../src/index.ts";
import { failure } from "./support/serving.ts";
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
  async *count(to: number): AsyncGenerator<number> {
    for (let n = 1; n <= to; n++) yield n;
  }

  @endpoint()
  async one(request: string): Promise<string> {
    if (request === "break") throw new TypeError("broken");
    if (request === "refuse") throw new StatorError("not_found", "there is none");
    return request;
  }

  @endpoint()
  async *endless(_request: null): AsyncGenerator<number> {
    for (let n = 0; ; n++) {
      await Bun.sleep(1);
      yield n;
    }
  }
}

@service({ namespace: "traced" })
class Sums {
  @endpoint({ requestStream: true })
  async sum(numbers: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const number of numbers) sum += number;
    return sum;
  }

  @endpoint({ requestStream: true })
  async *echo(numbers: AsyncIterable<number>): AsyncGenerator<number> {
    yield* numbers;
  }
}

@service({ namespace: "traced" })
class Adds {
  sums = depends(Sums);
}

@service({ namespace: "traced" })
class Between {
  last = depends(Last);

  @endpoint()
  async *count(to: number): AsyncGenerator<number> {
    yield* this.last.count(to);
  }
}

@service({ namespace: "traced" })
class First {
  between = depends(Between);
  last = depends(Last);

  @api({ path: "/count/:to" })
  async *count({ to }: { to: string }): AsyncGenerator<number> {
    yield* this.between.count(Number(to));
  }

  @api({ path: "/one" })
  async one({ text }: { text: string }): Promise<string> {
    return this.last.one(text);
  }

  @endpoint()
  async leave(_request: null): Promise<number> {
    for await (const n of this.last.endless(null)) if (n === 2) return n;
    return 0;
  }

  @endpoint()
  async forget(_request: null): Promise<string> {
    this.last.endless(null);
    return "forgotten";
  }

  @endpoint()
  async fail(request: string): Promise<string> {
    return this.last.one(request);
  }
}

describe("the trace of a call", () => {
  test("has every hop of a stream below the client's span, each to the end of its items", async () => {
    await using traced = new Traced();
    const { url } = await traced.graph(First);
    const response = await fetch(`${url}/count/3`, {
      method: "POST",
      headers: { traceparent: `00-${TRACE}-${PARENT}-01`, "user-agent": "a browser" },
    });
    await response.text();
    const spans = await traced.receiver.until(5);
    expect(traceTree(spans, ({ attributes, status }) => `${attributes["stator.items"]} ${status}`)).toEqual([
      "server POST /count/:to 3 unset",
      "  client traced.between.count 3 unset",
      "    server traced.between.count 3 unset",
      "      client traced.last.count 3 unset",
      "        server traced.last.count 3 unset",
    ]);
    const [root] = spans.filter((span) => span.parentId === PARENT);
    expect(root?.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/count/:to",
      "http.response.status_code": 200,
      "url.path": "/count/3",
      "url.scheme": "http",
      "user_agent.original": "a browser",
      "rpc.method": "traced.first.count",
    });
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([TRACE]));
    expect(new Set(spans.map((span) => span.attributes["stator.call.id"])).size).toBe(1);
    for (const span of spans) {
      expect(span.events.map((event) => event.name)).toEqual(["first item"]);
      expect(span.events[0]?.atNs).toBeGreaterThanOrEqual(span.startNs);
      expect(span.endNs).toBeGreaterThanOrEqual(span.events[0]?.atNs ?? 0n);
      expect(span.resource).toMatchObject({ "service.name": "first", "service.namespace": "traced" });
    }
    const client = spans.find((span) => span.kind === "client");
    expect(client?.attributes).toMatchObject({
      "rpc.system.name": "stator",
      "stator.call.kind": "server-stream",
      "stator.router": "round-robin",
    });
    expect(client?.attributes["stator.instance.id"]).toMatch(/^\d+$/);
  });

  test("says what went wrong, with its code, and whose fault it is", async () => {
    await using traced = new Traced();
    const first = await traced.object(First);
    expect(await failure(first.last.one("break"))).toMatchObject({ code: "internal" });
    expect(await failure(first.last.one("refuse"))).toMatchObject({ code: "not_found" });
    const spans = await traced.receiver.until(4);
    const told = spans.map(({ kind, status, message, attributes, events }) => ({
      kind,
      status,
      message,
      code: attributes["rpc.status_code"],
      type: attributes["error.type"] ?? null,
      exceptions: events.map((event) => event.attributes["exception.type"]),
    }));
    const broken = { status: "error" as const, message: "broken", code: "internal", type: "internal" };
    const absent = { code: "not_found", exceptions: [] };
    expect(told).toContainEqual({ kind: "server", ...broken, exceptions: ["TypeError"] });
    expect(told).toContainEqual({ kind: "client", ...broken, exceptions: [] });
    expect(told).toContainEqual({ kind: "server", status: "unset", message: "", type: null, ...absent });
    expect(told).toContainEqual({
      kind: "client",
      status: "error",
      message: "there is none",
      type: "not_found",
      ...absent,
    });
  });

  test("has the status of an HTTP answer that failed", async () => {
    await using traced = new Traced();
    const { url } = await traced.graph(First);
    const post = (text: string) => fetch(`${url}/one`, { method: "POST", body: JSON.stringify({ text }) });
    expect((await post("refuse")).status).toBe(404);
    expect((await post("break")).status).toBe(500);
    const spans = (await traced.receiver.until(6)).filter((span) => span.name === "POST /one");
    expect(spans.map(({ status, attributes }) => [status, attributes["http.response.status_code"]])).toEqual([
      ["unset", 404],
      ["error", 500],
    ]);
  });

  test("ends where its reader leaves, at both ends, and where nobody reads", async () => {
    await using traced = new Traced();
    const { runtime } = await traced.graph(First);
    await using leave = await runtime.endpoint("traced.first.leave").client<null, number>();
    await leave.waitForInstances();
    expect(await leave.generate(null).one()).toBe(2);
    await using forget = await runtime.endpoint("traced.first.forget").client<null, string>();
    await forget.waitForInstances();
    expect(await forget.generate(null).one()).toBe("forgotten");
    const spans = await traced.receiver.until(6);
    const ends = spans
      .filter((span) => span.name === "traced.last.endless")
      .map(({ kind, status, attributes }) =>
        [kind, status, attributes["stator.left"] ?? attributes["rpc.status_code"]].join(" "),
      );
    expect(ends.toSorted((a, b) => a.localeCompare(b))).toEqual([
      "client unset true",
      "client unset true",
      "server unset cancelled",
      "server unset cancelled",
    ]);
  });
});

test("a stream that is read in arrays has a span that counts its items", async () => {
  await using traced = new Traced();
  const { last } = await traced.object(Between);
  const sizes: number[] = [];
  for await (const batch of last.count(300).batches()) sizes.push(batch.length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(300);
  const spans = await traced.receiver.until(2);
  expect(traceTree(spans, ({ attributes, status }) => `${attributes["stator.items"]} ${status}`)).toEqual([
    "client traced.last.count 300 unset",
    "  server traced.last.count 300 unset",
  ]);
});

test("calls with a stream of requests have spans as the others do", async () => {
  await using traced = new Traced();
  const { sums } = await traced.object(Adds);
  expect(await sums.sum([1, 2, 3])).toBe(6);
  expect(await Array.fromAsync(sums.echo([1, 2]))).toEqual([1, 2]);
  const spans = await traced.receiver.until(4);
  expect(
    traceTree(spans, ({ attributes }) => `${attributes["stator.call.kind"]} ${attributes["stator.items"]}`),
  ).toEqual([
    "client traced.sums.sum client-stream undefined",
    "  server traced.sums.sum client-stream undefined",
    "client traced.sums.echo duplex 2",
    "  server traced.sums.echo duplex 2",
  ]);
});

const note: Interceptor = (next) => async (call) => {
  trace.getActiveSpan()?.setAttribute(`seen.${call.side}`, call.path);
  return next(call);
};

/** Where a call of `run` is let go. */
let release = Promise.withResolvers<void>();

@service({ namespace: "traced", interceptors: { server: [note] } })
class Narrow {
  @endpoint({ limits: { maxConcurrency: 1, queue: 1 } })
  async run(_request: null): Promise<string> {
    await release.promise;
    return here();
  }

  @endpoint({ limits: { maxConcurrency: 1 } })
  async *stream(_request: null): AsyncGenerator<string> {
    yield here();
  }
}

@service({ namespace: "traced" })
class Wide {
  narrow = depends(Narrow, { router: (instances) => instances[0]?.instanceId ?? null, interceptors: [note] });
}

test("what a call waits for has spans of its own: its place, the method, a router of one's own", async () => {
  await using traced = new Traced();
  const wide = await traced.object(Wide);
  release = Promise.withResolvers();
  const calls = [wide.narrow.run(null), wide.narrow.run(null)];
  // Both have come: a third has no place left.
  while ((await failure(wide.narrow.run(null)).catch(() => null))?.message.includes("is full") !== true) continue;
  release.resolve();
  const answers = await Promise.all(calls);
  const [streamed] = await Array.fromAsync(wide.narrow.stream(null));
  const spans = await traced.receiver.until(16);
  const waited = spans.filter((span) => span.name === "queue");
  expect(waited.map((span) => [span.kind, span.attributes["stator.limit"]])).toEqual([
    ["internal", "traced.narrow.run"],
  ]);
  const [trees, methods] = [traceTree(spans), spans.filter((span) => span.name === "handler")];
  expect(trees.join("\n")).toContain(
    ["client traced.narrow.run", "  internal route", "  server traced.narrow.run", "    internal queue"].join("\n"),
  );
  // The method's own span is the active one in it, in a generator too.
  const ids = methods.map((span) => `${span.traceId} ${span.spanId}`).toSorted();
  expect(ids).toEqual([...answers, streamed ?? ""].toSorted());
  const sides = spans.flatMap(({ attributes }) => Object.keys(attributes).filter((name) => name.startsWith("seen.")));
  expect(new Set(sides)).toEqual(new Set(["seen.client", "seen.server"]));
});
