import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

import { Command, until } from "../../../tests/support/command.ts";
import { OtlpReceiver } from "../../../tests/support/otlp/receiver.ts";
import { type Context, depends, endpoint, service } from "../src/index.ts";
import { startTelemetry } from "../src/telemetry/index.ts";
import { Traced } from "./support/traced.ts";

@service({ namespace: "telemetry" })
class Far {
  @endpoint()
  async trace(_request: null, { metadata }: Context): Promise<string> {
    return metadata["traceparent"] ?? "none";
  }
}

@service({ namespace: "telemetry" })
class Near {
  far = depends(Far);
}

const SILENT: [name: string, environment: Record<string, string>][] = [
  ["OTEL_SDK_DISABLED", { OTEL_SDK_DISABLED: "true" }],
  ["OTEL_TRACES_EXPORTER=none", { OTEL_TRACES_EXPORTER: "none" }],
  ["OTEL_EXPORT_ENABLED=false, as for Dynamo", { OTEL_EXPORT_ENABLED: "false" }],
  ["no endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: "" }],
  ["a protocol that is not spoken", { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }],
  ["an endpoint that is no URL", { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }],
];

test.each(SILENT)("no trace is made with %s", async (_, environment) => {
  await using traced = new Traced(environment);
  const { far } = await traced.object(Near);
  expect(await far.trace()).toBe("none");
  expect(await far.trace(null, { metadata: { traceparent: "as it was" } })).toBe("as it was");
  expect(traced.receiver.requests).toBe(0);
});

const SAMPLED: [environment: Record<string, string>, flags: string][] = [
  [{}, "01"],
  [{ OTEL_TRACES_SAMPLER: "always_off" }, "00"],
  [{ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" }, "00"],
  [{ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "1" }, "01"],
  [{ OTEL_TRACES_SAMPLER: "parentbased_always_on" }, "01"],
  [{ OTEL_TRACES_SAMPLE_RATIO: "0" }, "00"],
  // What cannot be read is the default.
  [{ OTEL_TRACES_SAMPLER: "always_of" }, "01"],
  [{ OTEL_TRACES_SAMPLE_RATIO: "most" }, "01"],
];

test.each(SAMPLED)("a trace is kept as %j says, and the far end is told: %s", async (environment, flags) => {
  await using traced = new Traced(environment);
  const { far } = await traced.object(Near);
  const told = await far.trace();
  expect(told).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  expect(told.slice(-2)).toBe(flags);
  if (flags === "01") {
    const [span] = await traced.receiver.until(2);
    expect(told).toContain(span?.traceId ?? "a trace");
  }
});

test("names and attributes of the process are those of the environment, and without a propagator no trace travels", async () => {
  await using traced = new Traced({
    OTEL_SERVICE_NAME: "mine",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,team=a%20b",
    OTEL_PROPAGATORS: "none",
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "2",
  });
  const { far } = await traced.object(Near);
  expect(await far.trace()).toBe("none");
  const [span] = await traced.receiver.until(2);
  expect(span?.resource).toMatchObject({
    "service.name": "mine",
    "service.namespace": "telemetry",
    "deployment.environment.name": "test",
    team: "a b",
    "process.pid": process.pid,
    "telemetry.distro.name": "@stator/sdk",
  });
  expect(Object.keys(span?.attributes ?? {})).toHaveLength(2);
});

test("an SDK that the application has registered makes the spans, and nothing else is started or ended", async () => {
  await using traced = new Traced();
  const memory = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: memory })] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  try {
    const { far } = await traced.object(Near);
    await trace.getTracer("mine").startActiveSpan("mine", async (span) => {
      expect(await far.trace()).toContain(span.spanContext().traceId);
      span.end();
    });
    const names = () => memory.getFinishedSpans().map((span) => span.name);
    await until(() => names().length === 3, "all three spans have ended");
    expect(names().toSorted()).toEqual(["mine", "telemetry.far.trace", "telemetry.far.trace"]);
    expect(() => startTelemetry()).toThrow("an OpenTelemetry SDK is registered in this process already");
  } finally {
    for (const each of [trace, context, propagation]) each.disable();
  }
  expect(traced.receiver.requests).toBe(0);
});

test("startTelemetry is for programs that serve nothing, and for an exporter of one's own", async () => {
  const memory = new InMemorySpanExporter();
  const telemetry = startTelemetry({ serviceName: "script", attributes: { team: "a" }, exporter: memory });
  trace.getTracer("mine").startSpan("by hand").end();
  await telemetry?.flush();
  const [span] = memory.getFinishedSpans();
  expect([span?.name, span?.resource.attributes["service.name"]]).toEqual(["by hand", "script"]);
  expect([telemetry?.sent, telemetry?.failed]).toEqual([1, 0]);
  await telemetry?.shutdown();
  expect(trace.getTracer("mine").startSpan("after the end").isRecording()).toBe(false);
  expect(() => startTelemetry({ serviceNam: "typo" } as object)).toThrow('did you mean "serviceName"?');
});

describe("a receiver that takes nothing", () => {
  const program = join(import.meta.dir, "fixtures/traced.ts");

  test("stops nothing: it is said once, counted, and said when it works again", async () => {
    await using receiver = new OtlpReceiver();
    receiver.refuses = 400;
    await using child = new Command([program], {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: "10",
    });
    const [, url = "", system = ""] = await child.line(/^ready (\S+) (\S+)$/);
    const call = async (): Promise<void> => {
      const before = receiver.requests;
      expect(await (await fetch(`${url}/run`)).json()).toBe("done");
      await until(() => receiver.requests > before, "the span is sent");
    };
    for (let n = 0; n < 3; n++) await call();
    const counted = async (result: string): Promise<number> => {
      const text = await (await fetch(`http://${system}/metrics`)).text();
      return Number(new RegExp(`^otel_spans_exported_total\\{.*result="${result}".*\\} (\\d+)$`, "m").exec(text)?.[1]);
    };
    await until(async () => (await counted("failed")) >= 3, "the lost ones are counted");
    receiver.refuses = null;
    await call();
    await child.line(/traces are sent to \S+ again lost=\d+/);
    expect(await counted("sent")).toBeGreaterThan(0);
    child.signal("SIGTERM");
    expect(await child.exited).toBe(0);
    const said = child.output.filter((line) => line.includes("traces cannot be sent to"));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/WARN .*\/v1\/traces: .*this is said once until it works again/);
  });

  test("is not waited for at the end for long, and what is lost is said", async () => {
    // Takes connections and never answers.
    using silent = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Promise<Response>(() => undefined) });
    await using child = new Command([program], { OTEL_EXPORTER_OTLP_ENDPOINT: silent.url.origin });
    const [, url = ""] = await child.line(/^ready (\S+)/);
    expect(await (await fetch(`${url}/run`)).json()).toBe("done");
    child.signal("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(child.text).toMatch(/WARN .*spans that have not been sent: 1$/m);
    await silent.stop(true);
  });

  test("gets what ended last, when it is there", async () => {
    await using receiver = new OtlpReceiver();
    await using child = new Command([program], {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: "600000",
      OTEL_EXPORTER_OTLP_TIMEOUT: "60000",
    });
    const [, url = ""] = await child.line(/^ready (\S+)/);
    await fetch(`${url}/run`);
    expect(receiver.requests).toBe(0);
    child.signal("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(receiver.spans.map((span) => [span.name, span.service])).toEqual([["GET /run", "one"]]);
  });
});
