/** Sends a text through both services, and one that does not fit. */
import { DistributedRuntime, StatorError } from "@stator/runtime-native";

import type { Token, Words } from "./messages.ts";

await using runtime = await DistributedRuntime.create();
const middle = await runtime.endpoint("from-python.middle.generate").client<Words, Token>();
await middle.waitForInstances();

for await (const token of middle.roundRobin({ text: "a few words" })) console.log(`${token.index} ${token.text}`);
try {
  for await (const token of middle.roundRobin({ text: "" })) console.log(token);
} catch (error) {
  if (error instanceof StatorError && error.code === "invalid_request") console.log("refused: text is too short");
}
