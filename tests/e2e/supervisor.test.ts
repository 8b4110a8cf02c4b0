import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";

import { answers } from "../support/answers.ts";
import { Command, until } from "../support/command.ts";
import { Graph } from "../support/graph.ts";
import { httpStream, readAll } from "../support/http-stream.ts";
import { isRunning } from "../support/processes.ts";
import { CLI, stator, statorJson } from "../support/stator.ts";

const CHAIN = "tests/e2e/fixtures/chain.ts#Frontend";
const UNRULY = "tests/e2e/fixtures/unruly.ts";

/** What `stator ps --json` has of a graph. */
interface GraphStatus {
  readonly pid: number;
  readonly services: readonly { className: string; workers: readonly { state: string }[] }[];
}

describe("stator serve", () => {
  // Defect b of the original: what the decorator said was ignored.
  test("starts as many workers as the decorator and the command line say", async () => {
    await using graph = await Graph.start("tests/e2e/fixtures/configured.ts#whole", ["--frontend.workers", "3"]);
    expect(graph.workers("configured.worker")).toHaveLength(2);
    expect(graph.workers("configured.frontend")).toHaveLength(3);
    expect(new Set(graph.pids()).size).toBe(5);
    expect(graph.workers("configured.worker").every((each) => each.instanceId !== "")).toBeTrue();
    expect(await graph.stop()).toBe(0);
  });

  test("lets several workers share the HTTP port", async () => {
    await using graph = await Graph.start(CHAIN, ["--Frontend.workers=2"]);
    const [one, two] = graph.workers("chain.frontend");
    expect(one?.url).toBe(graph.url);
    expect(two?.url).toBe(graph.url);
    const response = await fetch(`${graph.url}/run`, { method: "POST", body: '{"id":"shared","count":1}' });
    expect(response.status).toBe(200);
  });

  test("runs everything in one process on demand", async () => {
    await using command = new Command([CLI, "serve", CHAIN, "--in-process", "--port", "0"]);
    const [, url = ""] = await command.line(/^ready (http:\S+)/);
    const response = await fetch(`${url}/run`, { method: "POST", body: '{"id":"one","count":3}' });
    expect((await response.text()).trim().split("\n")).toHaveLength(3);
    command.signal("SIGINT");
    expect(await command.exited).toBe(0);
  });

  test("runs one service of a graph on demand; others find it", async () => {
    await using backend = await Graph.start(CHAIN, ["--only", "Backend"]);
    expect(backend.pids()).toHaveLength(1);
    await using rest = await Graph.start(CHAIN, [
      "--only",
      "Middle",
      "--only",
      "Frontend",
      "--file-path",
      backend.discovery,
    ]);
    const response = await fetch(`${rest.url}/run`, { method: "POST", body: '{"id":"split","count":2}' });
    expect((await response.text()).trim().split("\n")).toHaveLength(2);
    expect(await rest.stop()).toBe(0);
  });

  test("with a port in use says so, ends with 1 and leaves no process", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    await using command = new Command([CLI, "serve", CHAIN, "--port", String(port)]);
    expect(await command.exited).toBe(1);
    expect(command.text).toContain(`Port ${port} on 127.0.0.1 is in use; choose another with --port.`);
    taken.close();
  });
});

describe("a worker that dies", () => {
  test("is reported and started again", async () => {
    await using graph = await Graph.start(CHAIN);
    const before = graph.worker("chain.backend");
    process.kill(before.pid, "SIGKILL");
    await graph.command.line(/^stator .*Backend ended with signal SIGKILL; starting it again in 200 ms\.$/);
    await until(() => graph.workers("chain.backend").some(({ pid }) => pid !== before.pid), "the backend is back");
    const response = await until200(`${graph.url}/run`);
    expect((await response.text()).trim().split("\n")).toHaveLength(2);
    expect(graph.worker("chain.backend").instanceId).not.toBe(before.instanceId);
  });

  test("again and again is held back while the others serve", async () => {
    await using graph = await Graph.start(`${UNRULY}#Front`, ["--system-port", "0"]);
    const delays: string[] = [];
    for (let at = 0; ; at = graph.command.output.length) {
      const [line, delay] = await graph.command.line(
        /^stator .*Dying ended with exit code 7; (?:starting it again in (\d+) ms|.*)\.$/,
        at,
      );
      if (delay === undefined) {
        expect(line).toEndWith("it keeps failing and is held back.");
        break;
      }
      delays.push(delay);
    }
    expect(delays).toEqual(["200", "400", "800", "1600", "3200"]);
    const status = (await statorJson<GraphStatus[]>(["ps"])).find(({ pid }) => pid === graph.command.pid);
    expect(status?.services.map(({ className, workers }) => [className, workers.map(({ state }) => state)])).toEqual([
      ["Dying", ["held-back"]],
      ["Front", ["running"]],
    ]);
    await answers(`${graph.systemUrl()}/health`, 503, {
      status: "notready",
      state: "running",
      services: {
        "unruly.dying": { status: "notready", message: "0 of 1 workers are ready" },
        "unruly.front": { status: "ready" },
      },
    });
    expect((await stator(["doctor"])).stdout).toContain(
      `warning  graphs: Dying of ${UNRULY}#Front keeps failing and is held back\n`,
    );
    const response = await fetch(`${graph.url}/ping`, { method: "POST", body: "1" });
    expect(await response.json()).toBe("pong");
    expect(await graph.stop()).toBe(0);
  });

  test("because its event loop is blocked is replaced", async () => {
    await using graph = await Graph.start(`${UNRULY}#Parent`, ["--blocked-ms", "2500"]);
    const { pid } = graph.worker("unruly.parent");
    void fetch(`${graph.url}/block`, { method: "POST", body: "1" }).catch(() => undefined);
    await graph.command.line(/^parent .*blocks now$/);
    await graph.command.line(/^stator .*Parent: its event loop has been blocked for 2500 ms; killing it\.$/);
    await graph.command.line(/^stator .*Parent ended with signal SIGKILL; starting it again in 200 ms\.$/);
    await until(() => graph.workers("unruly.parent").some((each) => each.pid !== pid), "the worker is back");
  });

  test("before it was ready ends the start with 1, and nothing is left", async () => {
    await using command = new Command([CLI, "serve", `${UNRULY}#NeverReady`, "--port", "0"]);
    expect(await command.exited).toBe(1);
    expect(command.text).toContain("error: the model is missing");
    expect(command.text).toContain("NeverReady did not start: exit code 1.");
  });
});

describe("nothing is left", () => {
  test("when the supervisor is killed", async () => {
    await using graph = await Graph.start(CHAIN, ["--Backend.workers=2"]);
    await leavesNothing(graph, graph.pids());
  });

  test("when the supervisor is killed under load", async () => {
    await using graph = await Graph.start(CHAIN, ["--Backend.workers=2", "--Middle.workers=2"]);
    const streams = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        httpStream<object>(`${graph.url}/run`, { id: `load-${n}`, count: 1e9, everyMs: 1 }),
      ),
    );
    // Every one is under way; how they end is nobody's concern here.
    for (const { items } of streams) expect((await items.next()).done).toBeFalse();
    const read = streams.map((stream) => readAll(stream).catch(() => undefined));
    await leavesNothing(graph, graph.pids());
    await Promise.all(read);
  });

  test("when the supervisor is killed while event loops are blocked and children have children", async () => {
    await using graph = await Graph.start(`${UNRULY}#Parent`);
    const [, grandchild = ""] = await graph.command.line(/^parent .*grandchild (\d+)$/);
    // Answered only by a loop that is free again, which is never.
    void fetch(`${graph.url}/block`, { method: "POST", body: "1" }).catch(() => undefined);
    await graph.command.line(/^parent .*blocks now$/);
    await leavesNothing(graph, [...graph.pids(), Number(grandchild)]);
  });

  test("when a service that has children of its own is stopped", async () => {
    await using graph = await Graph.start(`${UNRULY}#Parent`);
    const [, grandchild = ""] = await graph.command.line(/^parent .*grandchild (\d+)$/);
    expect(await graph.stop()).toBe(0);
    expect(isRunning(Number(grandchild))).toBeFalse();
  });

  test("when it is stopped while a service is still starting", async () => {
    await using command = new Command([CLI, "serve", `${UNRULY}#Slow`, "--port", "0"]);
    const [, pid = ""] = await command.line(/^slow .*starts as (\d+)$/);
    command.signal("SIGTERM");
    expect(await command.exited).toBe(0);
    expect(isRunning(Number(pid))).toBeFalse();
  });

  test("after a second signal, with the exit code that says so", async () => {
    await using graph = await Graph.start(CHAIN);
    const pids = graph.pids();
    void fetch(`${graph.url}/run`, { method: "POST", body: '{"id":"stuck","count":1,"holdAfter":0}' }).catch(
      () => undefined,
    );
    await graph.command.line(/event stuck holds$/);
    expect(await graph.command.insist("SIGINT")).toBe(130);
    await until(() => !pids.some(isRunning), "all processes have gone");
  });
});

async function leavesNothing(graph: Graph, pids: readonly number[]): Promise<void> {
  expect(pids.every(isRunning)).toBeTrue();
  graph.command.signal("SIGKILL");
  await graph.command.exited.catch(() => undefined);
  await until(() => !pids.some(isRunning), `${pids.join(", ")} have gone`);
}

/** Asks until the answer is there: a worker that is coming back is not found at once. */
async function until200(url: string): Promise<Response> {
  for (let n = 0; n < 200; n++) {
    const response = await fetch(url, { method: "POST", body: JSON.stringify({ id: `again-${n}`, count: 2 }) });
    if (response.status === 200) return response;
    await Bun.sleep(20);
  }
  throw new Error(`${url} did not answer with 200.`);
}
