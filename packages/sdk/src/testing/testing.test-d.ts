/** Type tests: `tsc` checks this file. Every `@ts-expect-error` is a mistake that the compiler must refuse. */
import { z } from "zod";

import { abstractService, commandService, depends, endpoint, service, type ServiceContract } from "../index.ts";
import { fake, type RecordedCall, stub, testCluster, testService } from "./index.ts";

const Words = z.object({ text: z.string() });
type Words = z.infer<typeof Words>;

@service({ namespace: "types" })
class Worker {
  @endpoint({ input: Words, output: z.number() })
  async length(request: Words): Promise<number> {
    return request.text.length;
  }

  @endpoint()
  async *words(request: Words): AsyncGenerator<string> {
    yield* request.text.split(" ");
  }

  @endpoint({ requestStream: true })
  async sum(numbers: AsyncIterable<number>): Promise<number> {
    return (await Array.fromAsync(numbers)).length;
  }

  helper(): void {}
}

@service({ namespace: "types" })
class Frontend {
  worker = depends(Worker);

  @endpoint()
  async run(request: null): Promise<string> {
    return String(request);
  }
}

@service({ namespace: "types" })
class Longer extends Worker {}

@service({ namespace: "types" })
class Wrong {
  @endpoint()
  async length(request: Words): Promise<string> {
    return request.text;
  }
}

@abstractService()
abstract class Engine {
  abstract think(request: string): Promise<string>;
}

const contract = {
  name: "Counter",
  namespace: "types",
  component: "counter",
  endpoints: {
    count: {
      name: "count",
      kind: "server-stream",
      input: Words,
      output: z.number(),
      timeoutMs: null,
      idempotent: true,
    },
  },
} as const satisfies ServiceContract;
const Counter = commandService(contract, { command: ["./counter"] });

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? unknown : never) : never;

/** Compiles where the value has exactly this type. */
declare function is<A>(): <B>(value: B & Same<A, B>) => void;

async function clients(): Promise<void> {
  await using cluster = await testCluster(Frontend);
  const { length, words, sum } = cluster.client(Worker);
  is<Promise<number>>()(length({ text: "" }));
  for await (const word of words({ text: "" })) is<string>()(word);
  is<Promise<number>>()(sum([1]));
  // @ts-expect-error: a request of another form
  void length({ texts: "" });
  // @ts-expect-error: no endpoint
  void cluster.client(Worker).helper();
  for await (const count of cluster.client(contract).count({ text: "" })) is<number>()(count);
  for await (const count of cluster.client(Counter).count({ text: "" })) is<number>()(count);
  // The object of the class, with all that it has.
  cluster.instance(Worker).service.helper();
  // @ts-expect-error: what is no service
  cluster.client(5);
  await using test = await testService(Worker);
  is<Promise<number>>()(test.client.length({ text: "" }));
  test.instance.service.helper();
}

async function calls(): Promise<void> {
  await using cluster = await testCluster(Frontend);
  const [call] = cluster.calls.to(Worker, "length");
  if (call !== undefined) {
    is<Words>()(call.request);
    is<number | undefined>()(call.response);
    is<readonly number[]>()(call.items);
  }
  const next = await cluster.calls.next(Worker, "words");
  is<readonly string[]>()(next.items);
  is<RecordedCall<Words, string>>()(await next.ended);
  is<readonly number[]>()((await cluster.calls.next(contract, "count")).items);
  // @ts-expect-error: no endpoint of that name
  cluster.calls.to(Worker, "walk");
  // @ts-expect-error: a method that is no endpoint
  void cluster.calls.next(Worker, "helper");
  cluster.on(Worker, "length", { from: Frontend }).drop({ times: 1 });
  cluster.on(Worker, "length", { instance: cluster.instance(Worker), from: "test" }).fail("overloaded");
  // @ts-expect-error: no endpoint of that name
  cluster.on(Worker, "walk");
  // @ts-expect-error: no code of an error
  cluster.on(Worker).fail("slow");
  // @ts-expect-error: no such option
  cluster.on(Worker).drop({ time: 1 });
  await cluster.partition(cluster.instance(Worker), "test");
  is<RecordedCall>()(await cluster.until(() => cluster.calls.all().at(-1)));
}

function stubs(): void {
  stub(Worker, {});
  stub(Worker, { length: () => 5, words: () => ["a"] });
  stub(Worker, {
    length: async ({ text }, context) => text.length + context.id.length,
    words: async function* ({ text }) {
      yield text;
    },
    sum: async (numbers) => (await Array.fromAsync(numbers)).length,
  });
  stub(Engine, { think: (request) => request.toUpperCase() });
  stub(contract, { count: () => [1, 2] });
  stub(Counter, { count: () => [1, 2] });
  // @ts-expect-error: an answer of another type
  stub(Worker, { length: () => "5" });
  // @ts-expect-error: a stream is no single value
  stub(Worker, { words: () => "a" });
  // @ts-expect-error: no endpoint of that name
  stub(Worker, { walk: () => 5 });
  // @ts-expect-error: no endpoint of the contract
  stub(contract, { length: () => 5 });
  fake(Worker, Longer);
  // @ts-expect-error: a class without the endpoints
  fake(Worker, Frontend);
  // @ts-expect-error: a class that answers something else
  fake(Worker, Wrong);
}

void [clients, calls, stubs];
