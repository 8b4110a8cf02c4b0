import { expect, test } from "bun:test";

import { Command, until } from "../support/command.ts";
import { httpStream, readAll } from "../support/http-stream.ts";

const CHAIN = "tests/e2e/fixtures/chain.ts";

/** Whether the port is closed: the first thing that a drain does. */
async function refuses(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}

test("SIGTERM lets an open stream end, then the process ends with 0", async () => {
  await using command = new Command([CHAIN]);
  const [, url = ""] = await command.line(/^ready (\S+)/);
  const stream = await httpStream<object>(`${url}/run`, { id: "open", count: 100, everyMs: 5 });
  command.signal("SIGTERM");
  await until(() => refuses(url), "the port is closed");
  const { items, error } = await readAll(stream);
  expect(error).toBeNull();
  expect(items).toHaveLength(100);
  expect(await command.exited).toBe(0);
});

test("a second signal ends the process at once, with the code that says so", async () => {
  await using command = new Command([CHAIN]);
  const [, url = ""] = await command.line(/^ready (\S+)/);
  const stream = await httpStream<object>(`${url}/run`, { id: "stuck", count: 2, holdAfter: 1 });
  await command.line(/event stuck holds$/);
  expect(await command.insist("SIGTERM")).toBe(143);
  stream.leave();
});
