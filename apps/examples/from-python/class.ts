/** A class: constructor, property, factory, subclass, and a disposable. */

class Calculator {
  #value: number; // really private

  constructor(value = 0) {
    this.#value = value;
  }

  static createZero(): Calculator {
    return new Calculator();
  }

  get value(): number {
    return this.#value;
  }

  add(amount: number): this {
    this.#value += amount;
    return this;
  }

  toString(): string {
    return `Calculator(${this.#value})`;
  }
}

class Recorder extends Calculator implements Disposable {
  readonly steps: number[] = [];

  override add(amount: number): this {
    this.steps.push(amount);
    return super.add(amount);
  }

  [Symbol.dispose](): void {
    console.log(`closed after ${this.steps.length} steps`);
  }
}

const calculator = Calculator.createZero().add(2).add(0.5);
console.log(String(calculator), calculator.value);

try {
  Object.assign(calculator, { value: 7 }); // `calculator.value = 7` does not compile
} catch (error) {
  if (error instanceof TypeError) console.log("value has no setter");
}

{
  using recorder = new Recorder(10); // closed where the block ends
  const add = recorder.add.bind(recorder); // without bind, `this` would be lost
  add(1).add(2);
  if (recorder instanceof Calculator) console.log(String(recorder), "is a Calculator");
}
