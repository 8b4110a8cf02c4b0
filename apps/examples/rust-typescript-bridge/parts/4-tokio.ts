/** Waiting for others belongs on Tokio. The runtime's own addon does all of its input and output there. */
import { DistributedRuntime } from "@stator/runtime-native";

await using runtime = await DistributedRuntime.create({ discovery: "memory" });
const endpoint = runtime.endpoint("bridge.echo.generate");
await using served = await endpoint.serveEndpoint<string, string>(async function* (text) {
  yield* text.split(" ");
});
await using client = await endpoint.client<string, string>();
await client.waitForInstances();

// The event loop goes round while Rust connects, sends and waits.
let turns = 0;
let isCounting = true;
setImmediate(function turn() {
  turns++;
  if (isCounting) setImmediate(turn);
});
const words: string[] = [];
for await (const word of client.generate("over TCP and back")) words.push(word);
isCounting = false;
console.log(words.join(" "));
console.log("turns of the event loop meanwhile:", turns > 0 ? "more than 0" : 0);
console.log("served by one instance:", served.instanceId === client.instanceIds()[0]);
