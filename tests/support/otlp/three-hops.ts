/** Prints the trace of a stream through the three services of the demo, as a receiver of OTLP has it: for docs/tracing.md. */
import { Graph } from "../graph.ts";
import { OtlpReceiver } from "./receiver.ts";
import { traceTree } from "./trace-tree.ts";

await using receiver = new OtlpReceiver();
await using graph = await Graph.start("apps/examples/hello-world/frontend.ts#Frontend", [], {
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_EXPORTER_OTLP_TIMEOUT: "60000",
});
await (await fetch(`${graph.url}/generate`, { method: "POST", body: JSON.stringify({ text: "a few words" }) })).text();
await graph.stop();
const tree = traceTree(receiver.spans, ({ service, events, attributes }) => {
  const seen = events.map((event) => event.name).join(", ");
  return `[${service}] ${seen}, ${attributes["stator.items"]} items`;
});
process.stdout.write(`${tree.join("\n")}\n`);
