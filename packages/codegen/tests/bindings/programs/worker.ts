/** Runs in a worker thread: uses the addon, and stays in the middle of things when it is told to. */
import { parentPort, workerData } from "node:worker_threads";
import { addLater, Counter, countTo, panics, waitUntilCancelled, watched } from "../generated/index.ts";

const counter = new Counter(10);
const sum = await addLater(1, 2);
let items = 0;
for await (const item of countTo(100)) items += Number(item);
let code = "";
try {
  panics("in a worker");
} catch (error) {
  code = (error as { code: string }).code;
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is a port of a worker, not a window
parentPort?.postMessage({ value: counter.getValue(), sum, items, code });
if (workerData === "stay") {
  void waitUntilCancelled();
  const stream = watched();
  for await (const item of stream) if (item > 1000) await new Promise(() => {});
}
