/** Turns of the event loop while Rust computes, on JavaScript's thread and on another one. */
import { sumOfRoots, sumOfRootsLater } from "../generated/index.ts";

const COUNT = 50_000_000;
let turns = 0;
let isCounting = true;

function turn(): void {
  turns++;
  if (isCounting) setImmediate(turn);
}
setImmediate(turn);

const before = turns;
const sync = sumOfRoots(COUNT);
console.log("sync:     turns of the event loop meanwhile:", turns - before);

const start = turns;
const later = await sumOfRootsLater(COUNT);
console.log("blocking: turns of the event loop meanwhile:", turns - start > 0 ? "more than 0" : 0);
console.log("the same result:", sync === later);
isCounting = false;
