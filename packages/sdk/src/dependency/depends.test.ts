import { expect, test } from "bun:test";

import { z } from "zod";

import { depends, endpoint, service } from "../index.ts";

@service({ namespace: "test" })
class Worker {
  @endpoint()
  async *generate(request: string): AsyncGenerator<string> {
    yield request;
  }

  helper(): string {
    return "not for others";
  }
}

test("offers the endpoints and nothing else", () => {
  const client = depends(Worker);
  expect("generate" in client).toBeTrue();
  expect("helper" in client).toBeFalse();
  const loose = client as unknown as Record<string, unknown>;
  expect(() => loose["generat"]).toThrow('Worker has no endpoint "generat"; did you mean "generate"?');
  expect(() => loose["helper"]).toThrow('Worker has no endpoint "helper"');
  expect(() => {
    loose["generate"] = null;
  }).toThrow("generate cannot be set: the client of Worker is read only.");
});

test("can be awaited and printed like any value", async () => {
  const client = depends(Worker);
  expect(await Promise.resolve(client)).toBe(client);
  expect(JSON.stringify({ client })).toBe('{"client":{}}');
});

test("says why a call cannot be made yet", () => {
  expect(() => depends(Worker).generate("x")).toThrow(
    "Worker.generate cannot be called: the dependency is not connected.",
  );
});

test("refuses what is no service", () => {
  class Plain {
    readonly size = 1;
  }
  expect(() => depends(Plain)).toThrow("depends: Plain is not a service; a service is a class with @service.");
  expect(() => depends(undefined as never)).toThrow("write depends(() => Service)");
  expect(() => depends(Worker, { timeout: 1 } as never)).toThrow('unknown option "timeout"; did you mean "timeoutMs"?');
  expect(() => depends(Worker, { timeoutMs: -1 })).toThrow("depends: timeoutMs: -1 is not a whole number");
});

test("takes a contract in place of a class", () => {
  const endpoints = {
    generate: {
      name: "generate",
      kind: "server-stream",
      input: z.string(),
      output: z.string(),
      timeoutMs: null,
      idempotent: true,
    },
  };
  const contract = { name: "Elsewhere", namespace: "test", component: "elsewhere", endpoints };
  expect("generate" in depends(contract)).toBeTrue();
  const upload = { ...endpoints.generate, kind: "client-streem" };
  expect(() => depends({ ...contract, endpoints: { upload } })).toThrow(
    'depends: Elsewhere.upload is of the kind "client-streem"; did you mean "client-stream"?',
  );
});
