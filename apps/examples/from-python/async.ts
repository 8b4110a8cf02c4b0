/** Promises: tasks, Promise.all, cancellation, a time limit, an asynchronous disposable. */
import { setTimeout as sleep } from "node:timers/promises";

async function double(value: number): Promise<number> {
  if (value > 5) throw new RangeError(`${value} is too large`);
  await sleep(0); // lets others run
  return value * 2;
}

/** A promise cannot be cancelled from outside: what can be cancelled takes a signal. */
async function waitLong(signal: AbortSignal): Promise<void> {
  try {
    await sleep(60_000, undefined, { signal });
  } finally {
    console.log("cleaned up");
  }
}

class Connection implements AsyncDisposable {
  constructor(readonly name: string) {
    console.log(`open ${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await sleep(0);
    console.log(`close ${this.name}`);
  }
}

const first = double(1); // runs already
const second = double(2);
console.log(`${await first} ${await second}`);
console.log(`[${(await Promise.all([double(3), double(4)])).join(", ")}]`);

for (const result of await Promise.allSettled([double(5), double(6)])) {
  if (result.status === "fulfilled") console.log(`done: ${result.value}`);
  else console.log(`failed: ${(result.reason as Error).message}`);
}

const controller = new AbortController();
const task = waitLong(controller.signal);
controller.abort();
try {
  await task;
} catch (error) {
  if (error instanceof Error && error.name === "AbortError") console.log("cancelled");
}

const limit = AbortSignal.timeout(10);
try {
  await waitLong(limit);
} catch {
  if (limit.aborted) console.log("too late");
}

{
  await using connection = new Connection("a"); // closed where the block ends
  console.log(`use ${connection.name}`);
}
