import { describe, expect, test } from "bun:test";
import { join } from "node:path";

import { Command, root, until } from "../support/command.ts";
import { Graph } from "../support/graph.ts";
import { isRunning } from "../support/processes.ts";

const FIXTURE = "tests/e2e/fixtures/commands.ts";
const CLI = "packages/sdk/src/cli/stator.ts";
const FRONTEND = "apps/examples/mixed-languages/frontend.ts#Frontend";

describe("a command", () => {
  test("needs to know no more than where to say that it is ready", async () => {
    await using graph = await Graph.start(`${FIXTURE}#Plain`);
    expect(graph.worker("mixed.counter").url).toBeNull();
    const [, pid = "", folder, greeting] = await graph.command.line(/^counter .*pid (\d+) in (\S+) with (.*)$/);
    // The process that the supervisor knows is the program itself.
    expect(Number(pid)).toBe(graph.pids()[0] ?? 0);
    expect([folder, greeting]).toEqual([join(root, "tests"), "hello"]);
    expect(await graph.stop()).toBe(0);
  });

  test("may be a service in TypeScript", async () => {
    await using graph = await Graph.start(`${FIXTURE}#Front`);
    expect(graph.workers("mixed.counter").every(({ instanceId }) => /^\d+$/.test(instanceId))).toBeTrue();
    expect(graph.workers("mixed.counter")).toHaveLength(2);
    const response = await fetch(`${graph.url}/count`, { method: "POST", body: '{"text":"a b"}' });
    expect(await response.json()).toEqual({ words: 2 });
    expect(await graph.stop()).toBe(0);
  });

  test("that says what is no message is reported and goes on", async () => {
    await using graph = await Graph.start(`${FIXTURE}#Chatty`);
    await graph.command.line(/^counter .*no message for the supervisor: hello there$/);
    expect(await graph.stop()).toBe(0);
  });

  test("that does not obey is killed after the budget", async () => {
    await using graph = await Graph.start(`${FIXTURE}#Stubborn`, ["--drain-ms", "100"]);
    const stopped = graph.stop();
    await graph.command.line(/^counter .*asked to end$/);
    expect(await stopped).toBe(0);
  });

  test.each(["Plain", "Stubborn"])("leaves nothing when the supervisor is killed: %s", async (name) => {
    await using graph = await Graph.start(`${FIXTURE}#${name}`);
    const pids = graph.pids();
    graph.command.signal("SIGKILL");
    await graph.command.exited;
    await until(() => !pids.some(isRunning), `${pids.join(", ")} have gone`);
  });

  test.each([
    ["Missing", `Missing: ${join(root, "no/such/program")} does not exist. Build the program first.`],
    ["NotOnPath", 'NotOnPath: there is no program "no-such-program" on PATH.'],
    ["Failing", "the model is missing"],
  ])("that cannot start ends the start with 1: %s", async (name, said) => {
    await using command = new Command([CLI, "serve", `${FIXTURE}#${name}`]);
    expect(await command.exited).toBe(1);
    expect(command.text).toContain(said);
    if (name === "Failing") expect(command.text).toContain("Failing did not start: exit code 3.");
  });

  test("cannot run in one process with the others, and is told apart by --only", async () => {
    await using command = new Command([CLI, "serve", FRONTEND, "--in-process", "--port", "0"]);
    expect(await command.exited).toBe(2);
    expect(command.text).toContain(
      "Counter is a program of its own and cannot run in one process with the others; leave out --in-process, or name " +
        "those that can with --only.",
    );
    await using graph = await Graph.start(FRONTEND, ["--only", "Counter"]);
    await using rest = new Command(
      [CLI, "serve", FRONTEND, "--in-process", "--only", "Frontend", "--port", "0", "--discovery", "file"],
      { DYN_FILE_KV: graph.discovery },
    );
    const [, url = ""] = await rest.line(/^ready (http:\S+)/);
    const count = () => fetch(`${url}/count`, { method: "POST", body: '{"text":"a b"}' });
    await until(async () => (await count()).status === 200, "the front end has found the counter");
  });
});

function counter(environment: Record<string, string> = {}): Bun.Subprocess<"ignore", "inherit", "pipe"> {
  return Bun.spawn([join(root, "apps/examples/mixed-languages/dist/counter")], {
    stdio: ["ignore", "inherit", "pipe"],
    env: { ...process.env, ...environment },
  });
}

describe("a program in Rust", () => {
  test("runs without a supervisor, and drains on SIGTERM", async () => {
    const child = counter({ DYN_LOGGING_JSONL: "1" });
    const reader = child.stderr.getReader();
    const { value } = await reader.read();
    const line = new TextDecoder().decode(value).trim();
    const fields = JSON.parse(line) as Record<string, string>;
    expect(Object.keys(fields)).toEqual(["time", "level", "message", "instance"]);
    expect(fields).toMatchObject({ level: "info", message: "serving mixed.counter" });
    expect(fields["time"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  });

  test.each([
    [{ DYN_TCP_RPC_PORT: "high" }, "DYN_TCP_RPC_PORT"],
    [{ DYN_LOG: "stator=loud=very" }, "DYN_LOG"],
    [{ STATOR_DRAIN_MS: "soon" }, 'STATOR_DRAIN_MS is "soon"; use a number of milliseconds'],
  ])("says what is wrong with its environment: %j", async (environment, said) => {
    const child = counter(environment);
    const [text, code] = await Promise.all([child.stderr.text(), child.exited]);
    expect(code).toBe(1);
    expect(text).toContain(said);
    expect(text.trim().split("\n")).toHaveLength(1);
  });
});
