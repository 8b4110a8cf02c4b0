/** Where bytes are on both sides: the same address is the same memory, another one is a copy. */
import { ptr } from "bun:ffi";
import {
  addressOf,
  addressOfCopy,
  addressOfResult,
  addressWhileBlocking,
  giveBytes,
  sumBytes,
} from "../generated/index.ts";
import { plainNapi } from "../support/plain-napi.ts";

const bytes = new Uint8Array(65_536).fill(1);
const here = BigInt(ptr(bytes));
const copies = (address: bigint): string => (address === here ? "0 copies" : "1 copy");

console.log("&[u8], sync:          ", copies(addressOf(bytes)));
console.log("Vec<u8>, sync:        ", copies(addressOfCopy(bytes)));
console.log("&[u8], blocking:      ", copies(await addressWhileBlocking(bytes)));

const result = giveBytes(65_536);
console.log("Vec<u8> as the result:", BigInt(ptr(result)) === addressOfResult() ? "0 copies" : "1 copy");

// Lent memory is read when the call runs, so a change in between is seen by the next call and by none before.
console.log("sum:                  ", sumBytes(bytes));
bytes[0] = 9;
console.log("after a change:       ", sumBytes(bytes));

// With napi alone Rust may hold on to the memory: each side changes what the other one sees, at any time.
const shared = new Uint8Array([1, 2, 3]);
const holder = new plainNapi.Holder(shared);
shared[0] = 10;
console.log("held by napi:         ", holder.sum());
holder.fill(7);
console.log("written by Rust:      ", [...shared]);
