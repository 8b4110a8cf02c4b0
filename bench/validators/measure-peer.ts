/**
 * `bun measure-peer.ts peer shape task`: for each line of milliseconds on standard input, runs for that time and prints
 * how many values a second the peer gets through.
 */
import { orders, tokens } from "./samples.ts";
import type { Checks, ValidatorPeer } from "./peer.ts";

const [name = "", shape = "", task = ""] = process.argv.slice(2);
const { peer } = (await import(`./peers/${name}.ts`)) as { peer: ValidatorPeer };
const checks = shape === "order" ? peer.order : peer.token;
const texts = shape === "order" ? orders : tokens;
const values: unknown[] = texts.map((text) => JSON.parse(text));

// What is returned is kept, so that nothing is optimised away.
let kept: unknown;

const batches: Record<keyof Checks, () => void> = {
  check() {
    for (const value of values) if (!checks.check(value)) throw new Error(`${name} refuses a sample`);
  },
  checkAnyText() {
    for (const value of values) if (!checks.checkAnyText(value)) throw new Error(`${name} refuses a sample`);
  },
  parse() {
    for (const value of values) kept = checks.parse(value);
  },
  decode() {
    for (const text of texts) kept = checks.decode(text);
  },
};

const batch = batches[task as keyof Checks];

/** Values a second, over some hundredths of a millisecond or more. */
function measure(): number {
  const start = performance.now();
  for (let i = 0; i < 8; i++) batch();
  return (8 * texts.length * 1000) / (performance.now() - start);
}

function run(milliseconds: number): number[] {
  const rates: number[] = [];
  const end = performance.now() + milliseconds;
  while (performance.now() < end) rates.push(measure());
  return rates;
}

for await (const line of console) {
  const rates = run(Number(line)).toSorted((a, b) => a - b);
  // The median, so that what another process takes from a few of the slices does not count.
  console.log(rates[rates.length >> 1]);
  if (task === "parse" && kept === undefined) throw new Error("nothing was checked");
}
