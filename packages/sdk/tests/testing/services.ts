/** Services that the tests of the test kit run. */
import { type Context, clock, depends, endpoint, onShutdown, onStart, service } from "@stator/sdk";
import { z } from "zod";

/** What happened, in its order. */
export const events: string[] = [];

@service({ namespace: "kit" })
export class Worker {
  runs = 0;

  @onStart
  start(): void {
    events.push("worker starts");
  }

  @onShutdown
  shutDown(): void {
    events.push("worker shuts down");
  }

  @endpoint({ input: z.string(), output: z.string() })
  async run(text: string): Promise<string> {
    this.runs += 1;
    return text.toUpperCase();
  }

  @endpoint({ input: z.string(), output: z.string(), idempotent: true })
  async look(text: string): Promise<string> {
    this.runs += 1;
    return text.toUpperCase();
  }

  @endpoint({ input: z.number(), output: z.number() })
  async *count(to: number): AsyncGenerator<number> {
    for (let number = 1; number <= to; number++) yield number;
  }

  @endpoint({ input: z.number(), output: z.number(), requestStream: true })
  async sum(numbers: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const number of numbers) sum += number;
    return sum;
  }

  /** Items until nobody wants more; the next one each time that a second has passed. */
  @endpoint({ output: z.number() })
  async *ticks(_request: null, context: Context): AsyncGenerator<number> {
    for (let tick = 1; ; tick++) {
      yield tick;
      await clock.sleep(1000, context);
    }
  }

  @endpoint({ input: z.number(), output: z.string() })
  async wait(ms: number, context: Context): Promise<string> {
    await clock.sleep(ms, context);
    return "waited";
  }
}

@service({ namespace: "kit" })
export class Frontend {
  worker = depends(Worker);

  @onStart
  start(): void {
    events.push("frontend starts");
  }

  @onShutdown
  shutDown(): void {
    events.push("frontend shuts down");
  }

  @endpoint({ input: z.string(), output: z.string() })
  async greet(name: string): Promise<string> {
    return `hello ${await this.worker.run(name)}`;
  }

  @endpoint({ input: z.number(), output: z.number() })
  async *double(to: number): AsyncGenerator<number> {
    for await (const number of this.worker.count(to)) yield number * 2;
  }
}

/** What a call fails with. */
export async function failure(call: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  const worked = Symbol("worked");
  const result = await call.then(
    () => worked,
    (error: unknown) => error,
  );
  if (result === worked) throw new Error("the call worked");
  return result as { code: string; message: string };
}
