import { describe, expect, test } from "bun:test";

import {
  api,
  type Context,
  depends,
  endpoint,
  serve,
  service,
  type ServiceContract,
  type StatorError,
} from "../index.ts";
import { DistributedRuntime, type EndpointContract } from "@stator/runtime-native";
import { z } from "zod";

import { definitionOf } from "../definition/service-definition.ts";

const Words = z.object({ text: z.string().max(100) });
type Words = z.infer<typeof Words>;

const hash = { generate: "a".repeat(64), count: "b".repeat(64), upload: "c".repeat(64) };

/** As `stator-codegen` writes it; these documents hold nothing to compare. */
const document = () => Promise.resolve(JSON.stringify(hash));

const Contract = {
  name: "Texts",
  namespace: "contracts",
  component: "texts",
  endpoints: {
    generate: {
      name: "generate-words",
      kind: "server-stream",
      input: Words,
      output: z.string(),
      timeoutMs: 5000,
      idempotent: true,
      hash: hash.generate,
      document,
    },
    count: {
      name: "count",
      kind: "unary",
      input: Words,
      output: z.number(),
      timeoutMs: null,
      idempotent: false,
      hash: hash.count,
      document,
    },
    upload: {
      name: "upload",
      kind: "client-stream",
      input: Words,
      output: z.number(),
      timeoutMs: null,
      idempotent: false,
      hash: hash.upload,
      document,
    },
  },
} as const satisfies ServiceContract;

const callers: (string | null)[] = [];

@service({ contract: Contract })
class Texts {
  @endpoint()
  async *generate(request: Words, context: Context): AsyncGenerator<string> {
    callers.push(context.callerContract);
    yield* request.text.split(" ");
  }

  @endpoint()
  async count(request: Words, context: Context): Promise<number> {
    callers.push(context.callerContract);
    return request.text.split(" ").length;
  }

  @endpoint()
  async upload(requests: AsyncIterable<Words>, context: Context): Promise<number> {
    callers.push(context.callerContract);
    let words = 0;
    for await (const { text } of requests) words += text.split(" ").length;
    return words;
  }

  @endpoint()
  async beside(request: string): Promise<string> {
    return request;
  }
}

@service({ namespace: "contracts" })
class Caller {
  byClass = depends(Texts);
  byContract = depends(Contract);
}

test("what the decorators leave out comes from the contract", () => {
  expect(definitionOf(Texts)).toMatchObject({ className: "Texts", namespace: "contracts", component: "texts" });
  const { generate, count } = Contract.endpoints;
  expect(definitionOf(Texts)?.endpoints).toMatchObject([
    {
      property: "generate",
      name: "generate-words",
      input: Words,
      output: generate.output,
      timeoutMs: 5000,
      idempotent: true,
      contract: { hash: hash.generate },
    },
    { name: "count", input: Words, output: count.output, idempotent: false, contract: { hash: hash.count } },
    // Its decorator does not say that it takes a stream: the contract does.
    { name: "upload", kind: "client-stream", input: Words, contract: { hash: hash.upload } },
    { name: "beside", input: null, contract: null },
  ]);
});

test("its records carry the hashes, and dependencies say theirs", async () => {
  await using serving = await serve([Texts, Caller], {
    runtime: { discovery: "memory", requestPlane: "memory" },
    signals: false,
  });
  for (const [name, contract] of [
    ["generate-words", hash.generate.slice(0, 32)],
    ["count", hash.count.slice(0, 32)],
    ["beside", null],
  ] as const) {
    const client = await serving.runtime.endpoint(`contracts.texts.${name}`).client();
    expect(client.instances()).toMatchObject([{ contract, compatibility: "compatible" }]);
  }
});

test("calls check with the contract's schemas, and say with which contract they were made", async () => {
  const told = Promise.withResolvers<unknown>();

  @service({ namespace: "contracts" })
  class Asking extends Caller {
    @endpoint()
    async ask(_request: null): Promise<void> {
      callers.length = 0;
      expect(await this.byClass.count({ text: "a b" })).toBe(2);
      expect(await Array.fromAsync(this.byContract.generate({ text: "a b" }))).toEqual(["a", "b"]);
      expect(await this.byClass.beside("x")).toBe("x");
      expect(await this.byContract.upload([{ text: "a b" }, { text: "c" }])).toBe(3);
      told.resolve(await this.byContract.count({ text: "x".repeat(101) }).catch((error: unknown) => error));
    }
  }

  await using serving = await serve(Asking, {
    withDependencies: true,
    runtime: { discovery: "memory", requestPlane: "memory" },
    signals: false,
  });
  const client = await serving.runtime.endpoint("contracts.asking.ask").client<null, null>();
  await client.generate(null).one();
  expect(callers).toEqual([hash.count, hash.generate, hash.upload].map((each) => each.slice(0, 32)));
  const refused = await told.promise;
  expect(refused).toMatchObject({ code: "invalid_request" });
  expect((refused as StatorError).message).not.toContain("another contract");
});

test("a request that does not fit, from a caller with another contract, says so", async () => {
  await using serving = await serve(Texts, {
    runtime: { discovery: "memory", requestPlane: "memory" },
    signals: false,
  });
  await using caller = await DistributedRuntime.create({ discovery: "memory", requestPlane: "memory" });
  // Nothing to compare in it, so nobody keeps the call back.
  const other: EndpointContract = { hash: "d".repeat(64), document: "d".repeat(64) };
  await using client = await caller.endpoint("contracts.texts.count").client<unknown, number>({ contract: other });
  await client.waitForInstances();
  expect(await client.generate({ text: "fits" }).one()).toBe(1);
  const error = await client
    .generate({ text: 5 })
    .one()
    .catch((thrown: unknown) => thrown as StatorError);
  expect(error).toMatchObject({ code: "invalid_request", details: { issues: [{ path: "text" }] } });
  expect((error as StatorError).message).toEndWith(
    "(the caller was built with another contract, dddddddd, than this service, bbbbbbbb)",
  );
  await serving.stop();
});

/** What a caller without types could pass. */
const options = (value: object) => value as never;

describe("refused where the class is declared", () => {
  test("an endpoint that is missing", () => {
    expect(() => {
      @service(options({ contract: Contract }))
      class Sample {
        @endpoint()
        async *generate(request: Words): AsyncGenerator<string> {
          yield request.text;
        }

        @endpoint()
        async cuont(request: Words): Promise<number> {
          return request.text.length;
        }
      }
      return Sample;
    }).toThrow(
      "@service Sample: count is an endpoint of Texts, and the class has no method of that name with @endpoint or " +
        '@api; did you mean "cuont"?',
    );
  });

  test("an endpoint of another kind", () => {
    expect(() => {
      @service(options({ contract: Contract }))
      class Sample {
        @endpoint()
        async generate(request: Words): Promise<string> {
          return request.text;
        }
      }
      return Sample;
    }).toThrow(
      "@service Sample: generate is a unary endpoint, and server-stream in the contract: write an async generator.",
    );
  });

  test("a stream of requests over HTTP", () => {
    expect(() => {
      @service(options({ contract: Contract }))
      class Sample extends Texts {
        @api(options({ path: "/upload" }))
        override async upload(_requests: AsyncIterable<Words>): Promise<number> {
          return 0;
        }
      }
      return Sample;
    }).toThrow(
      "@service Sample: upload takes a stream of requests in the contract, and @api takes one request: make it an @endpoint.",
    );
  });

  test("a stream of requests where the contract has one request", () => {
    expect(() => {
      @service(options({ contract: Contract }))
      class Sample extends Texts {
        @endpoint(options({ requestStream: true }))
        override async count(_requests: unknown): Promise<number> {
          return 0;
        }
      }
      return Sample;
    }).toThrow(
      "@service Sample: count: requestStream is true, and the endpoint is unary in the contract; leave it out",
    );
  });

  test("a kind that nobody knows", () => {
    const upload = { ...Contract.endpoints.upload, kind: "client-streem" };
    expect(() => {
      @service(options({ contract: { ...Contract, endpoints: { upload } } }))
      class Sample extends Texts {}
      return Sample;
    }).toThrow('@service Sample: upload is of the kind "client-streem" in the contract; did you mean "client-stream"?');
  });

  test.each([
    [{ name: "count-words" }, "name is count-words, and count in the contract"],
    [{ timeoutMs: 50 }, "timeoutMs is 50, and none in the contract; leave it out, or change the contract."],
    [{ idempotent: true }, "idempotent is true, and false in the contract"],
    [{ input: z.object({ text: z.string() }) }, "input is another schema than that of the contract; leave it out."],
    [{ output: z.string() }, "output is another schema than that of the contract"],
  ])("what the contract has otherwise: %j", (own, message) => {
    expect(() => {
      @service(options({ contract: Contract }))
      class Sample extends Texts {
        @endpoint(options(own))
        override async count(_request: Words): Promise<number> {
          return 0;
        }
      }
      return Sample;
    }).toThrow(`@service Sample: count: ${message}`);
  });

  test("what the contract has the same may be said again", () => {
    @service({ contract: Contract, namespace: "contracts", name: "texts", workers: 2 })
    class Sample extends Texts {
      @endpoint({ name: "count", input: Words, idempotent: false })
      override async count(_request: Words): Promise<number> {
        return 0;
      }
    }
    expect(definitionOf(Sample)).toMatchObject({ id: "contracts.texts", workers: 2 });
  });

  test.each([
    [
      { namespace: "other" },
      'namespace is "other", and "contracts" in the contract, where callers look; leave it out.',
    ],
    [{ name: "other" }, 'name is "other", and "texts" in the contract'],
    [{ contract: {} }, "contract is not a contract; pass one that stator-codegen wrote."],
    [{ contract: null }, "contract is not a contract"],
  ])("another place: %j", (own, message) => {
    expect(() => {
      @service(options({ contract: Contract, ...own }))
      class Sample extends Texts {}
      return Sample;
    }).toThrow(`@service Sample: ${message}`);
  });
});
