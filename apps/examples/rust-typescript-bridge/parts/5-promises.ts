/** Promises: errors with code and cause, and cancellation that reaches Rust. */
import {
  divideLater,
  DivideErrorException,
  finishOrStop,
  reportEachStep,
  started,
  stopped,
} from "../generated/index.ts";
import { outcomeOf } from "../support/outcome.ts";

console.log("value:  ", await divideLater(7, 2));
console.log("error:  ", await outcomeOf(divideLater(7, 0)));

try {
  await divideLater(7, 0);
} catch (error) {
  // The class comes from the Rust enum; what the variant holds is typed.
  if (error instanceof DivideErrorException && error.code === "by_zero") console.log("as data:", error.value);
}

// What a callback throws ends the call and is the cause.
const cause = new Error("not today");
const failed = reportEachStep(3, () => {
  throw cause;
}).catch((error: unknown) => error);
const error = (await failed) as Error & { code: string };
console.log("cause:  ", error.code, error.cause === cause);

// A call whose signal fires before a thread took it up never begins. This one has begun: its promise is rejected at once,
// and Rust sees the signal too, and stops.
const controller = new AbortController();
const work = outcomeOf(finishOrStop(controller.signal));
while (started() === 0) await new Promise((resolve) => setImmediate(resolve));
controller.abort(new Error("changed my mind"));
console.log("abort:  ", await work);
while (stopped() === 0) await new Promise((resolve) => setImmediate(resolve));
console.log("in Rust:", started(), "begun,", stopped(), "stopped");
