import { expect, test } from "bun:test";

import { Command } from "../support/command.ts";

const EXAMPLE = "apps/examples/hello-world";

test("the example without the SDK streams from one process to another", async () => {
  await using server = new Command([`${EXAMPLE}/server.ts`]);
  await server.line(/^ready hello\.bare\.generate/);
  await using client = new Command([`${EXAMPLE}/client.ts`, "one", "two", "three"]);
  expect(await client.exited).toBe(0);
  expect(client.output.map((line) => line.replace(/\d{5,}/, "ID"))).toEqual([
    "0 one (instance ID)",
    "1 two (instance ID)",
    "2 three (instance ID)",
  ]);
  server.signal("SIGTERM");
  expect(await server.exited).toBe(0);
});

test("each service file runs alone, in any order of start", async () => {
  await using frontend = new Command([`${EXAMPLE}/frontend.ts`], { DYN_HTTP_PORT: "0" });
  const [, url = ""] = await frontend.line(/^ready (http:\S+)/);
  const lonely = await fetch(`${url}/generate`, { method: "POST", body: '{"text":"a"}' });
  expect(lonely.status).toBe(503);
  expect(((await lonely.json()) as { error: object }).error).toMatchObject({ code: "no_instances", retryable: true });

  await using middle = new Command([`${EXAMPLE}/middle.ts`]);
  await using backend = new Command([`${EXAMPLE}/backend.ts`]);
  let response: Response;
  do {
    response = await fetch(`${url}/generate`, { method: "POST", body: '{"text":"a b"}' });
  } while (response.status === 503);
  expect((await response.text()).trim().split("\n")).toHaveLength(2);

  for (const each of [frontend, middle, backend]) each.signal("SIGTERM");
  expect(await Promise.all([frontend.exited, middle.exited, backend.exited])).toEqual([0, 0, 0]);
});
