/** Traces of processes that `stator serve` starts, and of programs of the original, as a receiver of OTLP reads them. */
import { expect, test } from "bun:test";

import { upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { Graph } from "../support/graph.ts";
import { Meeting } from "../support/interop/meeting.ts";
import { askPython } from "../support/interop/python-caller.ts";
import { OtlpReceiver } from "../support/otlp/receiver.ts";
import { traceTree } from "../support/otlp/trace-tree.ts";

const wheel = await upstreamWheel();

test("a stream through three processes is one trace, and what ended last is sent when they stop", async () => {
  await using receiver = new OtlpReceiver();
  await using graph = await Graph.start("apps/examples/hello-world/frontend.ts#Frontend", [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    // Only the end of a process sends what it has.
    OTEL_BSP_SCHEDULE_DELAY: "3600000",
    // However busy the machine is.
    OTEL_EXPORTER_OTLP_TIMEOUT: "60000",
  });
  const response = await fetch(`${graph.url}/generate`, {
    method: "POST",
    body: JSON.stringify({ text: "a few words" }),
  });
  expect((await response.text()).trim().split("\n")).toHaveLength(3);
  expect(receiver.spans).toEqual([]);
  expect(await graph.stop()).toBe(0);
  expect(traceTree(receiver.spans, (span) => `in ${span.service}, ${span.attributes["stator.items"]} items`)).toEqual([
    "server POST /generate in frontend, 3 items",
    "  client hello.middle.generate in frontend, 3 items",
    "    server hello.middle.generate in middle, 3 items",
    "      client hello.backend.generate in middle, 3 items",
    "        server hello.backend.generate in backend, 3 items",
  ]);
  const processes = new Set(receiver.spans.map((span) => span.resource["process.pid"]));
  expect(processes.size).toBe(3);
});

test("a worker of the original belongs to the trace of its caller", async () => {
  await using receiver = new OtlpReceiver();
  // Without it a worker of the original looks at no trace.
  await using meeting = await Meeting.start(wheel, "msgpack", undefined, { DYN_LOGGING_JSONL: "1" });
  await using worker = meeting.python("worker.py");
  await worker.line(/^serving$/);
  process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.url;
  try {
    const [answer] = await askPython(meeting.folder, { mode: "context" });
    const spans = await receiver.until(2);
    expect(traceTree(spans)).toEqual(["server interop.caller.ask", "  client interop.worker.run"]);
    const { trace } = answer as { trace: Record<string, string> };
    expect(trace["traceparent"]).toStartWith(`00-${spans[0]?.traceId}-`);
  } finally {
    delete process.env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  }
});
