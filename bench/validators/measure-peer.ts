/** `bun measure-peer.ts peer shape task milliseconds`: prints how many values a second the peer checks. */
import { orders, tokens } from "./samples.ts";
import type { ValidatorPeer } from "./peer.ts";

const [name = "", shape = "", task = "", time = ""] = process.argv.slice(2);
const { peer } = (await import(`./peers/${name}.ts`)) as { peer: ValidatorPeer };
const check = shape === "order" ? peer.order : peer.token;
const texts = shape === "order" ? orders : tokens;
const values: unknown[] = texts.map((text) => JSON.parse(text));

// What is returned is kept, so that nothing is optimised away.
let kept: unknown;

function validate(): void {
  for (const value of values) kept = check(value);
}

function decode(): void {
  for (const text of texts) kept = check(JSON.parse(text));
}

const batch = task === "validate" ? validate : decode;
function run(milliseconds: number): number {
  const start = performance.now();
  let batches = 0;
  do {
    for (let i = 0; i < 16; i++) batch();
    batches += 16;
  } while (performance.now() - start < milliseconds);
  return (batches * texts.length * 1000) / (performance.now() - start);
}

run(Number(time));
console.log(run(Number(time)));
if (kept === undefined) throw new Error("nothing was checked");
