import { expect, test } from "bun:test";
import { join } from "node:path";

import { Command } from "../../../tests/support/command.ts";
import { OtlpReceiver } from "../../../tests/support/otlp/receiver.ts";

const PROGRAM = join(import.meta.dir, "fixtures/logging.ts");
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const TRACEPARENT = `00-${TRACE}-b7ad6b7169203331-01`;

/** What the program logs while it answers, one line for each of these headers and hops. */
async function logged(
  headers: readonly Record<string, string>[],
  environment: Record<string, string> = {},
): Promise<string[]> {
  await using child = new Command([PROGRAM], environment);
  const [url] = await child.line(/^http:.*$/);
  for (const each of headers) {
    const answer = await fetch(`${url}/run`, { headers: each });
    expect(await answer.json()).toBe("done");
  }
  child.signal("SIGTERM");
  expect(await child.exited).toBe(0);
  // Not what the core may have to say of a busy machine.
  return child.output.filter((line) => /"endpoint":| endpoint=/.test(line));
}

function parsed(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("lines of all hops carry the request's id, and the fields that they are given", async () => {
  // A header that could write lines of its own is none.
  const headers = [{ "x-request-id": "request-7" }, { "x-request-id": "two words" }];
  const lines = parsed(await logged(headers, { DYN_LOGGING_JSONL: "1" }));
  expect(lines).toHaveLength(4);
  const [front, worker, other] = lines;
  expect(front).toMatchObject({
    level: "info",
    message: "at the door",
    id: "request-7",
    endpoint: "logging.front.run",
    tenant: "acme",
  });
  expect(worker).toMatchObject({ level: "warn", id: "request-7", endpoint: "logging.worker.run", depth: 2 });
  expect(other?.["id"]).toMatch(/^[0-9a-f-]{36}$/);
  for (const line of lines) expect(line).not.toHaveProperty("trace_id");
});

test("lines name the trace that came with the request, in every hop, whoever follows it", async () => {
  const headers = [{ traceparent: TRACEPARENT }, { traceparent: "00-nonsense" }];
  const [front, worker, other] = parsed(await logged(headers, { DYN_LOGGING_JSONL: "1" }));
  for (const line of [front, worker]) expect(line).toMatchObject({ trace_id: TRACE, span_id: "b7ad6b7169203331" });
  expect(other).not.toHaveProperty("trace_id");
  const text = await logged([{ traceparent: TRACEPARENT }]);
  expect(text[0]).toEndWith(` trace_id=${TRACE} span_id=b7ad6b7169203331 tenant=acme`);
});

test("with traces, lines name the span of their own hop", async () => {
  await using receiver = new OtlpReceiver();
  const environment = {
    DYN_LOGGING_JSONL: "1",
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_TIMEOUT: "60000",
  };
  const lines = parsed(await logged([{ traceparent: TRACEPARENT }], environment));
  const spans = await receiver.until(3);
  const servers = spans.filter((span) => span.kind === "server");
  expect(lines.map((line) => [line["trace_id"], line["span_id"]])).toEqual(
    ["GET /run", "logging.worker.run"].map((name) => [TRACE, servers.find((span) => span.name === name)?.spanId]),
  );
});
