/** Calls the backend without the SDK: `bun client.ts some words`. */
import { DistributedRuntime } from "@stator/runtime-native";

await using runtime = await DistributedRuntime.create();
const client = await runtime
  .endpoint("hello.bare.generate")
  .client<{ text: string }, { index: number; text: string }>();
await client.waitForInstances({ timeoutMs: 5000 });

const text = process.argv.slice(2).join(" ") || "Hello from a bare client";
const stream = client.roundRobin({ text });
for await (const word of stream) console.log(`${word.index} ${word.text} (instance ${stream.instanceId})`);
