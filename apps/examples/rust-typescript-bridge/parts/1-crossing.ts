/** What crosses between JavaScript and Rust. */
import { addNumbers, Calculator, fibonacci, plan, sumBytes, toCapitals } from "../generated/index.ts";
import { shown } from "../support/outcome.ts";

console.log("number ", addNumbers(1, 2));
console.log("bigint ", fibonacci(93));
console.log("text   ", toCapitals("straße"));
console.log("bytes  ", sumBytes(new Uint8Array([1, 2, 3])), "(lent, not copied)");
console.log("struct ", shown(plan({ name: "paint", weight: 25 })), "(as JSON text)");

// An object stays in Rust. What JavaScript has is a number for it.
using calculator = new Calculator(1);
calculator.add(2);
console.log("object ", calculator.getValue(), Object.keys(calculator));
