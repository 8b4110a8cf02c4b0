/** Nothing keeps this process alive but what the addon has under way, and then nothing at all. */
import { addLater, Counter, largeSum, watched } from "../generated/index.ts";

const forgotten = new Counter(1);
// Started and left alone: a stream that nobody reads.
const stream = watched();
await stream.next();
void largeSum(3_000_000n).then((sum) => {
  console.log(`sum ${sum}, value ${forgotten.getValue()}`);
});
void addLater(1, 2).then((sum) => console.log(`sum ${sum}`));
