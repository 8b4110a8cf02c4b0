import { join } from "node:path";
import { describe, expect, test } from "bun:test";

import { Command } from "../../../tests/support/command.ts";
import { DistributedRuntime } from "../src/index.ts";
import { collect } from "./support/pair.ts";

const FIXTURES = "packages/runtime-native/tests/fixtures";

/** As in production, where the runtime does not make room for what only tests do. */
function run(fixture: string): Command {
  return new Command([join(FIXTURES, fixture)], { NODE_ENV: "production" });
}

async function serving(): Promise<Command> {
  const server = run("serve.ts");
  await server.line(/^ready/);
  return server;
}

describe("how long a process lives", () => {
  test("a script whose last line awaits a call ends after the answer", async () => {
    await using _ = await serving();
    await using script = run("last-line.ts");
    expect(await script.exited).toBe(0);
    expect(script.output).toEqual(["answer"]);
  });

  test("a client that has nothing to do lets its process end, also after a wait that was given up", async () => {
    await using _ = await serving();
    await using script = run("idle.ts");
    expect(await script.exited).toBe(0);
    expect(script.output).toEqual(["gave up"]);
  });

  test("a server without timers lives until it is told to end, and drains", async () => {
    await using server = await serving();
    await using runtime = await DistributedRuntime.create();
    await using client = await runtime.endpoint("process.test.echo").client<string, string>();
    await client.waitForInstances();
    const response = client.generate("wait", { id: "drained" });
    await server.line(/^waiting/);
    server.signal("SIGTERM");
    while (client.instanceIds().length > 0) await Bun.sleep(1);
    response.cancel();
    expect(await server.exited).toBe(0);
    expect(server.output).toEqual(["ready", "waiting", "aborted", "drained"]);
  });

  test("process.exit() with calls in flight is just that", async () => {
    await using _ = await serving();
    await using script = run("exit-in-flight.ts");
    expect(await script.exited).toBe(7);
    expect(script.output).toEqual([]);
  });

  test("failures that nobody reads are no unhandled rejections", async () => {
    await using _ = await serving();
    await using script = run("unread.ts");
    expect(await script.exited).toBe(0);
    expect(script.output).toEqual(["as asked"]);
  });
});

describe("two processes", () => {
  test("streams between them are complete and in order; a worker that is killed is unavailable for later calls", async () => {
    await using server = await serving();
    await using runtime = await DistributedRuntime.create();
    await using client = await runtime.endpoint("process.test.echo").client<string, string>();
    await client.waitForInstances();
    let next = 0;
    for await (const item of client.generate("for ever")) {
      if (!item.startsWith(`${next} `)) throw new Error(`${item.slice(0, 10)} in place of ${next}`);
      if (++next === 20_000) break;
    }
    expect(await collect(client.generate("beside"))).toEqual(["beside"]);
    const running = client.generate("for ever")[Symbol.asyncIterator]();
    await running.next();
    server.signal("SIGKILL");
    await server.exited;
    const codes: string[] = [];
    try {
      for (;;) await running.next();
    } catch (error) {
      codes.push((error as { code: string }).code);
    }
    expect(codes).toEqual(["unknown_outcome"]);
  });

  test("a caller that is killed ends the handlers that work for it", async () => {
    await using server = await serving();
    await using script = run("exit-in-flight.ts");
    await script.exited;
    for (let index = 0; index < 50; index++) await server.line(/^aborted/, server.output.indexOf("aborted") + index);
  });
});

test("importing the folder of the package works", async () => {
  await using script = run("by-folder.ts");
  expect(await script.exited).toBe(0);
  expect(script.output).toEqual(["imported"]);
});
