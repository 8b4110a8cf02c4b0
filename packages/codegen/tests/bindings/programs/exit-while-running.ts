/** Ends the process while tasks, streams, callbacks and objects are in the middle of things. */
import { ask, Counter, heldThreads, holdAThread, waitUntilCancelled, watched } from "../generated/index.ts";

const objects = [new Counter(1), Counter.createDangerous()];
void waitUntilCancelled();
void holdAThread();
const stream = watched();
await stream.next();
const way = process.argv[2];
if (way === "in a callback") {
  await ask("?", () => {
    process.exit(7);
  });
}
while (heldThreads() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
if (way === "throw") throw new Error("the program is over");
process.exit(objects.length + 5);
