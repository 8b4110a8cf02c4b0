/** Calls the endpoints of worker.ts. */
import { DistributedRuntime, StatorError } from "@stator/runtime-native";

interface Word {
  index: number;
  word: string;
}

await using runtime = await DistributedRuntime.create({ discovery: "file", requestPlane: "tcp" });
const words = await runtime.endpoint("from-python.words.split").client<{ text: string }, Word>();
const instances = await words.waitForInstances();
console.log(`${instances.length} instance`);

const metadata = { tenant: "docs" };
for await (const item of words.roundRobin({ text: "one two" }, { id: "call-1", metadata })) {
  console.log(`${item.index} ${item.word}`);
}

const [instance = 0n] = instances;
const items = await Array.fromAsync(words.direct({ text: "three" }, instance, { id: "call-2", metadata }));
console.log(items.map((item) => item.word).join(","));

const only = await words.roundRobin({ text: "four" }, { id: "call-3", metadata }).one();
console.log(only.word);

try {
  for await (const item of words.roundRobin({ text: "" })) console.log(item);
} catch (error) {
  if (error instanceof StatorError && error.code === "invalid_argument") console.log(`refused: ${error.message}`);
}

const numbers = await runtime.endpoint("from-python.words.count").client<null, number>();
await numbers.waitForInstances();
for await (const number of numbers.roundRobin(null)) {
  console.log(number);
  if (number === 2) break; // ends the generator of the worker
}
