/** Which thread does what. */
import { reportEachStep, threadNumber, threadNumberLater } from "../generated/index.ts";

const own = threadNumber();
console.log("a sync call runs on JavaScript's thread:  ", threadNumber() === own);
console.log("a blocking call runs on another one:      ", (await threadNumberLater()) !== own);

// Rust calls from its own thread; JavaScript runs the function on its own, in a turn of its event loop.
const order: string[] = [];
const work = reportEachStep(3, (step) => {
  order.push(`step ${step}${threadNumber() === own ? "" : " on another thread"}`);
});
order.push("the call has returned");
console.log("the result:", await work);
console.log(order.join(", "));
