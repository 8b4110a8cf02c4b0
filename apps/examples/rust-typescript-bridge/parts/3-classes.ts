/** Classes, functions and enums of Rust. */
import { BindingError, Calculator, Config, fibonacci, otherMode } from "../generated/index.ts";
import { outcome } from "../support/outcome.ts";
import { loose } from "../support/loose.ts";

const calculator = new Calculator(1.5);
console.log("add              ", calculator.add(2));
console.log("getValue         ", calculator.getValue());
console.log("createZero       ", Calculator.createZero().getValue());

console.log("fibonacci(93)    ", fibonacci(93));
console.log(
  "fibonacci(94)    ",
  outcome(() => fibonacci(94)),
);
console.log(
  "fibonacci(-1)    ",
  outcome(() => fibonacci(-1)),
);

console.log("enum             ", otherMode("fast"));
console.log(
  "other text       ",
  outcome(() => loose(otherMode)("slow")),
);

console.log("instanceof       ", calculator instanceof Calculator, new Config("a") instanceof Calculator);
console.log(
  "structuredClone  ",
  outcome(() => structuredClone(calculator)),
);
console.log(
  "JSON.stringify   ",
  outcome(() => JSON.stringify(calculator)),
);

calculator.close();
calculator.close(); // Harmless a second time.
console.log(
  "after close      ",
  outcome(() => calculator.getValue()),
);

// `await using` closes it at the end of the block, after the calls that are still running.
let later: Promise<number>;
{
  await using scoped = new Calculator(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  later = scoped.addAnswer((value) => {
    console.log(
      "while it runs    ",
      value,
      outcome(() => scoped.add(1)),
    );
    resolve();
    return 2;
  });
  await promise;
}
console.log("it was awaited   ", await later);

try {
  fibonacci(94);
} catch (error) {
  if (error instanceof BindingError) console.log("code, binding    ", error.code, error.binding);
}
