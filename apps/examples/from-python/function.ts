/** Functions: defaults, named and variable arguments, closures, exact integers, errors. */

function greet(name: string, { greeting = "Hello", times = 1 } = {}): string {
  return Array.from({ length: times }, () => `${greeting}, ${name}!`).join(" ");
}

function total(...amounts: number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

function counter(start = 0): () => number {
  let count = start;
  return () => {
    count += 1;
    return count;
  };
}

function fibonacci(n: number): bigint {
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`n is ${n}; give 0 or more`);
  let [now, following] = [0n, 1n]; // a number would be rounded beyond 2 ** 53
  for (let index = 0; index < n; index++) {
    [now, following] = [following, now + following];
  }
  return now;
}

console.log(greet("Ada"));
console.log(greet("Ada", { times: 2, greeting: "Hi" }));
console.log(`${total()} ${total(1, 2, 3.5)}`);

const step = counter(40);
step();
console.log(step());

const range = (end: number) => Array.from({ length: end }, (_, index) => index);
print(
  range(6)
    .filter((n) => n % 2 === 1)
    .map((n) => n * n),
);
print([10, 9, 1].toSorted((a, b) => a - b)); // without the function they are compared as text
console.log(`${Math.floor(-7 / 2)} ${((-7 % 2) + 2) % 2}`); // -7 % 2 is -1

console.log(`${fibonacci(93)}`); // the last one that fits in a u64
try {
  fibonacci(-1);
} catch (error) {
  if (error instanceof RangeError) console.log(error.message);
}

/** A list as Python shows it. */
function print(values: number[]): void {
  console.log(`[${values.join(", ")}]`);
}
