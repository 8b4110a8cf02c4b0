/** Async iterators: early exit, disposal and back-pressure. */
import { countTo, endless, produced } from "../generated/index.ts";

const all: number[] = [];
for await (const item of countTo(3)) all.push(item);
console.log("all:          ", all);

// Rust makes no more than waits here: the batch that was taken, and the eight that may wait.
const stream = endless();
let read = 0;
for await (const item of stream) {
  read = item;
  if (read === 5) break;
}
await stream[Symbol.asyncDispose]();
const made = produced();
console.log("read, then break:", read, "made:", made <= read + 8 + 8 ? "at most 16 more" : made);

// After the break Rust has dropped the iterator: nothing is made any more.
await new Promise((resolve) => setImmediate(resolve));
console.log("made afterwards:", produced() - made);

{
  await using scoped = endless();
  const { value } = await scoped.next();
  console.log("await using:  ", value);
}
console.log("a second loop: ", (await Array.fromAsync(stream)).length, "items");
