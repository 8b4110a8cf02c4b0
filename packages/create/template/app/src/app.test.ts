import { afterAll, beforeAll, expect, test } from "bun:test";

import { serve, type Serving } from "@stator/sdk";

import { app } from "./app.ts";

let serving: Serving;

beforeAll(async () => {
  // All services in this process, without a network between them.
  serving = await serve(app, {
    http: { port: 0 },
    runtime: { discovery: "memory", requestPlane: "memory" },
    configuration: { Greeter: { salutation: "Welcome" } },
    signals: false,
  });
});

afterAll(() => serving.stop());

const greet = (body: object): Promise<Response> =>
  fetch(`${serving.url}/greet`, { method: "POST", body: JSON.stringify(body) });

test("greets each guest", async () => {
  const response = await greet({ names: ["Ada", "Grace"] });
  const lines = (await response.text()).trim().split("\n");
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
    { text: "Welcome, Ada!" },
    { text: "Welcome, Grace!" },
  ]);
});

test("refuses a request that does not fit", async () => {
  const response = await greet({ names: [] });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("names");
});
