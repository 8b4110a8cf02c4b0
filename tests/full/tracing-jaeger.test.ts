/** Traces in a real receiver: Jaeger, which Go builds the first time. */
import { expect, test } from "bun:test";

import { Jaeger, type JaegerTrace } from "../../scripts/lib/servers/jaeger.ts";
import { upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { until } from "../support/command.ts";
import { Graph } from "../support/graph.ts";
import { Meeting } from "../support/interop/meeting.ts";
import { askPython } from "../support/interop/python-caller.ts";

const WORDS = 2000;
const CALLERS = 8;
const CALLS = 25;

/** The spans from the first to the last, which are one below the other here: where each ran, what it is, and its items. */
function chain({ spans, processes }: JaegerTrace): string[] {
  const lines: string[] = [];
  const parentOf = (span: (typeof spans)[number]) =>
    span.references.find((each) => each.refType === "CHILD_OF")?.spanID;
  let next = spans.find((span) => parentOf(span) === undefined);
  while (next !== undefined) {
    const { spanID, operationName, processID, tags } = next;
    const tag = (key: string) => String(tags.find((each) => each.key === key)?.value);
    lines.push(`${processes[processID]?.serviceName} ${tag("span.kind")} ${operationName} ${tag("stator.items")}`);
    next = spans.find((span) => parentOf(span) === spanID);
  }
  return lines;
}

/** The same of a request of the demo. */
function whole(items: number): string[] {
  return [
    `frontend server POST /generate ${items}`,
    `frontend client hello.middle.generate ${items}`,
    `middle server hello.middle.generate ${items}`,
    `middle client hello.backend.generate ${items}`,
    `backend server hello.backend.generate ${items}`,
  ];
}

test("every stream through three processes is one whole trace in Jaeger, many at once and long ones", async () => {
  await using jaeger = await Jaeger.start();
  await using graph = await Graph.start("apps/examples/hello-world/frontend.ts#Frontend", [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.url,
    OTEL_EXPORTER_OTLP_TIMEOUT: "60000",
  });
  const post = async (words: number): Promise<void> => {
    const body = JSON.stringify({ text: Array.from({ length: words }, (_, at) => `w${at}`).join(" ") });
    const answer = await fetch(`${graph.url}/generate`, { method: "POST", body });
    expect((await answer.text()).trim().split("\n")).toHaveLength(words);
  };
  await post(WORDS);
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      for (let call = 0; call < CALLS; call++) await post(3);
    }),
  );
  expect(await graph.stop()).toBe(0);
  const count = 1 + CALLERS * CALLS;
  let traces: readonly JaegerTrace[] = [];
  await until(async () => {
    traces = await jaeger.traces("backend");
    return traces.length === count && traces.every((trace) => trace.spans.length === 5);
  }, `${count} whole traces are in Jaeger`);
  const chains = traces.map(chain).toSorted((a, b) => (a[0] ?? "").length - (b[0] ?? "").length);
  expect(chains.at(-1)).toEqual(whole(WORDS));
  for (const each of chains.slice(0, -1)) expect(each).toEqual(whole(3));
});

test("a worker of the original, which sends its own spans over gRPC, stands in the trace of its caller", async () => {
  await using jaeger = await Jaeger.start();
  await using meeting = await Meeting.start(await upstreamWheel(), "msgpack", undefined, {
    DYN_LOGGING_JSONL: "1",
    OTEL_EXPORT_ENABLED: "1",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: jaeger.grpcUrl,
    OTEL_SERVICE_NAME: "python",
  });
  await using worker = meeting.python("worker.py");
  await worker.line(/^serving$/);
  process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = jaeger.url;
  process.env["OTEL_EXPORTER_OTLP_TIMEOUT"] = "60000";
  try {
    expect(await askPython(meeting.folder, { mode: "count", items: 3 })).toHaveLength(3);
  } finally {
    for (const name of ["ENDPOINT", "TIMEOUT"]) delete process.env[`OTEL_EXPORTER_OTLP_${name}`];
  }
  let found: JaegerTrace | undefined;
  await until(async () => {
    const traces = await jaeger.traces("caller");
    found = traces[0];
    return new Set(Object.values(found?.processes ?? {}).map((each) => each.serviceName)).size === 2;
  }, "the spans of both are in one trace");
  const [ours] = found?.spans.filter((span) => span.operationName === "interop.worker.run") ?? [];
  const theirs = found?.spans.filter((span) => found?.processes[span.processID]?.serviceName === "python") ?? [];
  expect(theirs.some((span) => span.references.some((each) => each.spanID === ours?.spanID))).toBe(true);
});
