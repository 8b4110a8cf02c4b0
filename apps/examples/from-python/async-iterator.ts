/** Asynchronous iterators: a generator, leaving early, one that consumes another, a class, an error on the way. */

async function* count(end: number): AsyncGenerator<number> {
  try {
    for (let number = 0; number < end; number++) {
      console.log(`make ${number}`);
      yield number; // waits here until the next one is asked for
    }
  } finally {
    console.log("ended");
  }
}

async function* squares(numbers: AsyncIterable<number>): AsyncGenerator<number> {
  for await (const number of numbers) yield number * number;
}

class Countdown implements AsyncIterableIterator<number> {
  #next: number;

  constructor(start: number) {
    this.#next = start;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<number, undefined>> {
    if (this.#next === 0) return { done: true, value: undefined };
    return { done: false, value: this.#next-- };
  }
}

async function* breaking(): AsyncGenerator<string> {
  yield "one";
  throw new Error("it broke");
}

for await (const number of count(2)) console.log(`take ${number}`);

// `break` closes the generator: its `finally` runs before the next line.
for await (const number of count(1000)) {
  if (number === 1) break;
}

console.log(`[${(await Array.fromAsync(squares(new Countdown(3)))).join(", ")}]`);

try {
  for await (const item of breaking()) console.log(item);
} catch (error) {
  if (error instanceof Error) console.log(error.message);
}
