/** The backend without the SDK: `bun server.ts`. */
import { DistributedRuntime } from "@stator/runtime-native";

const runtime = await DistributedRuntime.create();
const endpoint = runtime.namespace("hello").component("bare").endpoint("generate");

await endpoint.serveEndpoint<{ text: string }, { index: number; text: string }>(async function* (request, context) {
  const words = request.text.split(/\s+/).filter((word) => word !== "");
  for (const [index, text] of words.entries()) {
    if (context.isStopped()) return;
    yield { index, text };
  }
});
console.log(`ready ${endpoint.path}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void runtime.shutdown());
}
