import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ERROR_CODES } from "@stator/runtime-native";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { freePort } from "../../scripts/lib/servers/free-port.ts";
import { Command, until } from "../support/command.ts";
import { Graph } from "../support/graph.ts";
import { isRunning } from "../support/processes.ts";
import { CLI, stator, statorJson } from "../support/stator.ts";

const FIXTURE = "tests/e2e/fixtures/configured.ts";

const folder = mkdtempSync(join(tmpdir(), "stator-command-line-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const config = file(
  "stator.yaml",
  `shared:
  sized: { model: { size: 7 } }
Worker:
  use: sized
  maxTokens: -1
  label: 007
  env: { MODE: "on" }
  resources: { gpu: 1 }
profiles:
  prod: { Worker: { workers: 3, stop: null } }
`,
);

interface Shown {
  readonly pid: number;
  readonly gpus: string | null;
}

interface Status {
  readonly pid: number;
  readonly services: { id: string; workers: { state: string; pid: number; gpus: string[]; restarts: number }[] }[];
}

const workersOf = (status: Status, id: string) => status.services.find((each) => each.id === id)?.workers ?? [];

describe("a running graph", () => {
  let graph: Graph;
  let discovery: Record<string, string>;
  const gpus = { STATOR_GPUS: "0,1,GPU-2,3" };
  beforeAll(async () => {
    const told = [
      "-f",
      config,
      "--profile",
      "prod",
      "--Worker.seed=18446744073709551615",
      '--Worker.prices["a.b"]',
      "-1",
    ];
    graph = await Graph.start(`${FIXTURE}#whole`, told, gpus);
    discovery = { DYN_FILE_KV: graph.discovery };
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });

  const show = async (): Promise<Shown> => (await (await fetch(`${graph.url}/show`)).json()) as Shown;

  test("has told its workers everything, as it was written", async () => {
    const text = await (await fetch(`${graph.url}/show`)).text();
    expect(text).toContain('"seed":18446744073709551615');
    expect(JSON.parse(text)).toMatchObject({
      maxTokens: -1,
      label: "007",
      stop: null,
      model: { name: "decorated", size: 7 },
      prices: { "a.b": -1 },
      mode: "on",
    });
  });

  test("gives each worker a GPU of its own", async () => {
    const seen = new Set<string | null>();
    await until(async () => seen.add((await show()).gpus).size === 3, "three workers have answered");
    expect(seen).toEqual(new Set(["0", "1", "GPU-2"]));
  });

  test("is listed by ps, on a socket that nobody else can open", async () => {
    const [status, ...others] = await statorJson<Status[]>(["ps"]);
    expect(others).toEqual([]);
    expect(status?.pid).toBe(graph.command.pid);
    expect(workersOf(status as Status, "configured.worker").map(({ state }) => state)).toEqual(
      Array(3).fill("running"),
    );
    const run = process.env["STATOR_RUN_DIR"] ?? "";
    expect(statSync(run).mode & 0o777).toBe(0o700);
    expect(statSync(join(run, `${graph.command.pid}.sock`)).mode & 0o777).toBe(0o600);
    const { stdout } = await stator(["ps"]);
    expect(stdout).toMatch(/^tests\/e2e\/fixtures\/configured\.ts#whole {2}running {2}pid \d+ {2}up \S+ {2}http:/);
    expect(stdout).toMatch(/^ {2}Worker {4}2 {7}running {2}\d+ +\d+ +GPU-2 +0 /m);
  });

  test("is listed by ls, as discovery has it", async () => {
    const found = await statorJson<{ endpoint: string; instanceId: string }[]>(
      ["ls", "configured.worker.show"],
      discovery,
    );
    expect(found.map(({ instanceId }) => instanceId).toSorted()).toEqual(
      graph
        .workers("configured.worker")
        .map(({ instanceId }) => instanceId)
        .toSorted(),
    );
    const { stdout } = await stator(["ls", "--file-path", graph.discovery]);
    expect(stdout.split("\n")[0]).toMatch(/^ENDPOINT +INSTANCE +ADDRESS$/);
    expect((await stator(["ls", "configured.wrker"], discovery)).stdout).toBe(
      `Nothing is registered below "configured.wrker" in file discovery in ${graph.discovery}; did you mean "configured.worker"?\n`,
    );
  });

  test("explains its configuration", async () => {
    const { stdout, code } = await stator(["config", "explain", "Worker.workers"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Worker\.workers = 3\n {2}profile +3 {2}\S+stator\.yaml:10:30\n {2}decorator +2 {2}@service +shadowed\n/,
    );
    const { stderr, code: wrong } = await stator(["config", "explain", "Worker.maxTokenz"]);
    expect([wrong, stderr]).toEqual([
      2,
      'stator: There is no setting "Worker.maxTokenz"; did you mean "Worker.maxTokens"?\n',
    ]);
  });

  test("scales up and down, and not beyond its GPUs", async () => {
    const up = await statorJson<Status>(["scale", "Worker", "4"]);
    expect(workersOf(up, "configured.worker").map((each) => each.gpus)).toEqual([["0"], ["1"], ["GPU-2"], ["3"]]);
    const beyond = await stator(["scale", "Worker", "5"]);
    expect(beyond.code).toBe(2);
    expect(beyond.stderr).toContain("Worker: 5 workers with 1 GPU each need more than there is: 4 GPUs are there");
    expect(graph.workers("configured.worker")).toHaveLength(4);
    const down = await statorJson<Status>(["scale", "worker", "3"]);
    const kept = workersOf(down, "configured.worker").map(({ pid }) => pid);
    expect(kept).toHaveLength(3);
    const gone = workersOf(up, "configured.worker")
      .map(({ pid }) => pid)
      .filter((pid) => !kept.includes(pid));
    await until(() => !gone.some(isRunning), "the fourth worker has gone");
    // Its GPU is free again.
    await statorJson(["scale", "Worker", "4"]);
    await statorJson(["scale", "Worker", "3"]);
  });

  test.each([
    [["scale", "Workr", "2"], 'No running graph has a service "Workr"; did you mean "Worker"?'],
    [["scale", "Worker", "0"], 'workers: "0" is not a whole number from 1 to 1024.'],
    [["restart", "--graph", "1"], 'No running graph is "1"; there is'],
    [["logs", "Workr"], 'did you mean "Worker"?'],
  ])("refuses %j", async (argv, said) => {
    const { code, stderr } = await stator(argv);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  test("is restarted without a call being lost", async () => {
    const before = graph.pids();
    let [stop, calls] = [false, 0];
    const failed: number[] = [];
    const load = Array.from({ length: 4 }, async () => {
      while (!stop) {
        const { status } = await fetch(`${graph.url}/show`);
        calls++;
        if (status !== 200) failed.push(status);
      }
    });
    await until(() => calls > 20, "there is load");
    await statorJson(["restart", "Worker"]);
    const later = calls + 20;
    await until(() => calls > later, "the load goes on");
    stop = true;
    await Promise.all(load);
    expect(failed).toEqual([]);
    const after = graph.pids();
    expect(after.filter((pid) => before.includes(pid))).toHaveLength(1);
    expect(before.filter((pid) => !after.includes(pid)).some(isRunning)).toBeFalse();
  });

  test("keeps what its workers print", async () => {
    const waiting = stator(["call", "configured.worker.wait", "--timeout-ms", "300"], discovery);
    expect(await waiting).toMatchObject({ code: 7, stdout: "", stderr: expect.stringContaining("deadline_exceeded") });
    const { stdout } = await stator(["logs", "Worker", "--lines", "1"]);
    expect(stdout).toMatch(/^configured\.worker\/\d \| waiting\n$/);
    const lines = (await stator(["logs", "stator", "--json"])).stdout.trim().split("\n");
    const [first = "{}"] = lines;
    expect(JSON.parse(first)).toMatchObject({ service: "stator", stream: "stderr" });

    await using follower = new Command([CLI, "logs", "Worker", "--follow", "--lines", "1"]);
    await follower.line(/waiting$/);
    // It follows now: what comes next is new.
    const again = stator(["call", "configured.worker.wait", "--timeout-ms", "100"], discovery);
    await follower.line(/^configured\.worker\/\d \| waiting$/, follower.output.length);
    follower.signal("SIGKILL");
    await again;
  });
});

describe("a graph that says little", () => {
  test("logs, ps and doctor say what there is to say", async () => {
    const target = "apps/examples/configured-graph/graphs.ts#echo";
    await using graph = await Graph.start(target, ["--Frontend.labels.team=search"]);
    const { port } = new URL(graph.url);
    const logs = await stator(["logs", "Frontend"]);
    expect(logs).toMatchObject({ code: 0, stdout: "", stderr: "stator: Frontend has printed nothing so far.\n" });
    expect(await stator(["logs", "Frontend", "--json"])).toMatchObject({ stdout: "", stderr: "" });
    const [status] = await statorJson<{ services: { className: string; labels: object }[] }[]>(["ps"]);
    expect(status?.services.map(({ className, labels }) => [className, labels])).toEqual([
      ["EchoEngine", {}],
      ["Frontend", { team: "search" }],
    ]);
    const { stdout } = await stator(["doctor", "--port", port], { DYN_FILE_KV: graph.discovery });
    expect(stdout).toContain(`ok       port: ${port} on 127.0.0.1 is that of ${target}, which runs\n`);
  });
});

describe("stator call", () => {
  let graph: Graph;
  let discovery: Record<string, string>;
  beforeAll(async () => {
    graph = await Graph.start(`${FIXTURE}#Worker`, ["--Worker.workers=1"]);
    discovery = { DYN_FILE_KV: graph.discovery };
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });
  const call = (argv: readonly string[], input = "") => stator(["call", ...argv], discovery, input);

  test("prints items as lines of JSON", async () => {
    expect(await call(["configured.worker.count", "3"])).toEqual({ code: 0, stdout: "0\n1\n2\n", stderr: "" });
    expect(await call(["dyn://configured.worker.count", "-"], "2")).toMatchObject({ code: 0, stdout: "0\n1\n" });
    const { instanceId } = graph.worker("configured.worker");
    expect((await call(["configured.worker.count", "1", "--instance", instanceId])).stdout).toBe("0\n");
  });

  test("sends the lines of standard input as a stream", async () => {
    expect(await call(["configured.worker.sum", "--stream"], "1\n2\n\n39\n")).toMatchObject({
      code: 0,
      stdout: "42\n",
    });
  });

  test("says with its exit code what went wrong", async () => {
    const wrong = await call(["configured.worker.count", '"a"', "--json"]);
    expect([wrong.code, wrong.stdout]).toEqual([3, ""]);
    expect(JSON.parse(wrong.stderr)).toMatchObject({ error: { code: "invalid_request", retryable: false } });
    const none = await call(["configured.worker.cuont", "1", "--wait-ms", "0"]);
    expect([none.code, none.stderr]).toEqual([4, expect.stringContaining("did you mean configured.worker.count")]);
    expect(await call(["configured.worker.count", "{a"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("The request is no JSON"),
    });
    expect(await call(["count", "1"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("namespace.component.endpoint"),
    });
    expect(await call(["configured.worker.count", "1", "--instance", "x"])).toMatchObject({ code: 2 });
  });

  test("ends with Ctrl-C, and so does the call", async () => {
    await using waiting = new Command([CLI, "call", "configured.worker.wait"], discovery);
    await graph.command.line(/^worker .*waiting$/);
    waiting.signal("SIGINT");
    expect(await waiting.exited).toBe(8);
  });
});

describe("stator serve --dry-run", () => {
  test("says what would run, where it comes from, and starts nothing", async () => {
    const argv = ["serve", FIXTURE, "-f", config, "--dry-run", "--gpus", "4,5"];
    const { stdout, stderr, code } = await stator(argv);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Worker +configured\.worker +2 +- +4 \| 5 +class$/m);
    expect(stdout).toMatch(/^Worker\.label +"007" +file +\S+stator\.yaml:6:10$/m);
    const { services } = await statorJson<{ services: { workers: number; configuration: object }[] }>(argv);
    expect(services[0]).toMatchObject({ workers: 2, configuration: { maxTokens: -1, label: "007" } });
  });

  test("fails when there are not enough GPUs", async () => {
    const { code, stderr } = await stator(["serve", FIXTURE, "-f", config, "--dry-run"], { STATOR_GPUS: "0" });
    expect(code).toBe(2);
    expect(stderr).toContain(
      "Worker: 2 workers with 1 GPU each need more than there is: 1 GPU is there, and worker 1 gets none.",
    );
    const shared = await stator(["serve", FIXTURE, "-f", config, "--dry-run", "--oversubscribe"], { STATOR_GPUS: "0" });
    expect(shared.stdout).toMatch(/0 \| 0 +class/);
  });

  test.each([
    [["--Worker.maxTokenz=1"], '--Worker.maxTokenz: Worker has no setting "maxTokenz"; did you mean "maxTokens"?'],
    [["--Worker.maxTokens=many"], "--Worker.maxTokens: Invalid input: expected number, received string"],
    [["--Worker.worker=1"], 'did you mean "workers"?'],
    [["--Worker.port=1"], "Worker.port: Worker has no @api method and no @onRequest."],
    [["--Nobody.workers=1"], '--Nobody.workers: the graph has no service "Nobody"'],
    [["--only", "Nobody"], '--only: the graph has no service "Nobody"'],
    [["--discovery", "fle"], '--discovery: "fle" is not one of file, memory, mem, etcd.'],
    [["--profile", "prod"], 'there is no profile "prod"'],
    [["-f", "none.yaml"], "none.yaml: there is no such file."],
  ])("refuses %j with exit code 2", async (argv, said) => {
    const { code, stderr } = await stator(["serve", FIXTURE, "--dry-run", ...argv]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});

/** A service whose answer is this expression. */
function watchedSource(text: string): string {
  return `import { api, configuration, service } from "@stator/sdk";
import { z } from "zod";
import { word } from "./word.ts";
@service({ namespace: "watched" })
export class Front {
  config = configuration(z.object({ end: z.string().default("!") }));
  @api({ method: "GET" })
  async say(_request: object): Promise<string> { return ${text}; }
}
`;
}

test("a configuration too long for the environment reaches the workers through a private file, which goes with the graph", async () => {
  const prices = Array.from({ length: 2000 }, (_, index) => `    ${"long".repeat(20)}.${index}: ${index}`);
  const long = file("long.yaml", `Worker:\n  prices:\n${prices.join("\n")}\n`);
  const printed = (await stator(["serve", FIXTURE, "-f", long, "--dry-run"])).stdout;
  // A pipe takes 64 KiB at once, and the process ends right after.
  expect(printed.trim().split("\n").at(-1)).toMatch(/^Frontend\.workers/);
  const graph = await Graph.start(`${FIXTURE}#whole`, ["-f", long]);
  const settings = join(process.env["STATOR_RUN_DIR"] ?? "", `${graph.command.pid}.settings.json`);
  {
    await using running = graph;
    expect(statSync(settings).mode & 0o777).toBe(0o600);
    const { prices: told } = (await (await fetch(`${running.url}/show`)).json()) as { prices: Record<string, number> };
    expect([Object.keys(told).length, told[`${"long".repeat(20)}.1999`]]).toEqual([2000, 1999]);
    expect(await graph.stop()).toBe(0);
  }
  expect(statSync(settings, { throwIfNoEntry: false })).toBeUndefined();
});

test.each([
  ["in processes", []],
  ["in one process", ["--in-process"]],
])("the configuration is the same %s, and so is the environment that it sets", async (_where, how) => {
  const told = ["--Worker.maxTokens=5", "--Worker.env.MODE=007", "--Worker.env.CUDA_VISIBLE_DEVICES=null"];
  const environment = { CUDA_VISIBLE_DEVICES: "7", MODE: "outside" };
  const argv = [CLI, "serve", `${FIXTURE}#whole`, "--port", "0", "--Worker.workers=1", ...told, ...how];
  await using command = new Command(argv, environment);
  const [, url = ""] = await command.line(/^ready (\S+)/);
  expect(await (await fetch(`${url}/show`)).json()).toMatchObject({ maxTokens: 5, mode: "007", gpus: null });
  command.signal("SIGTERM");
  expect(await command.exited).toBe(0);
});

test("services start one after another, dependencies first, and end the other way round", async () => {
  await using graph = await Graph.start(`${FIXTURE}#whole`);
  expect(await graph.stop()).toBe(0);
  const told = graph.command.output.flatMap((line) => /(?:worker|front) (?:starts|ends)$/.exec(line) ?? []);
  expect(told).toEqual(["worker starts", "worker starts", "front starts", "front ends", "worker ends", "worker ends"]);
});

test("a graph that was killed is listed no more, and its socket goes", async () => {
  await using graph = await Graph.start(`${FIXTURE}#Worker`);
  const socket = join(process.env["STATOR_RUN_DIR"] ?? "", `${graph.command.pid}.sock`);
  expect(statSync(socket).isSocket()).toBeTrue();
  graph.command.signal("SIGKILL");
  await graph.command.exited;
  expect(await statorJson<Status[]>(["ps"])).toEqual([]);
  expect(statSync(socket, { throwIfNoEntry: false })).toBeUndefined();
  expect(await stator(["restart"])).toMatchObject({ code: 2, stderr: expect.stringContaining("No graph is running") });
  expect(await stator(["config", "explain", "Worker"])).toMatchObject({
    code: 2,
    stderr: "stator: No graph is running; name one that is not: stator config explain [setting] <file>#<Name>.\n",
  });
});

test("stator ls and doctor read etcd", async () => {
  await using etcd = await Etcd.start();
  const environment = { ETCD_ENDPOINTS: etcd.endpoint };
  {
    await using graph = await Graph.start(`${FIXTURE}#whole`, [], environment);
    const found = await statorJson<{ instanceId: string; address: string }[]>(
      ["ls", "configured.worker.show"],
      environment,
    );
    const ids = graph.workers("configured.worker").map(({ instanceId }) => instanceId);
    expect(new Set(found.map(({ instanceId }) => instanceId))).toEqual(new Set(ids));
    expect(found[0]?.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(await stator(["call", "configured.worker.count", "1"], environment)).toMatchObject({
      code: 0,
      stdout: "0\n",
    });
    expect(await graph.stop()).toBe(0);
  }
  expect((await stator(["ls"], environment)).stdout).toBe(`Nothing is registered in etcd at ${etcd.endpoint}.\n`);
  expect((await stator(["doctor"], environment)).stdout).toContain(`ok       discovery: etcd at ${etcd.endpoint}`);
  const nobody = { ETCD_ENDPOINTS: `http://127.0.0.1:${freePort()}` };
  expect(await stator(["ls"], nobody)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("stator: etcd at http"),
  });
});

test("logs --follow ends when the graph does", async () => {
  await using graph = await Graph.start(`${FIXTURE}#Worker`);
  await using follower = new Command([CLI, "logs", "--follow"]);
  await follower.line(/worker starts$/);
  expect(await graph.stop()).toBe(0);
  expect(await follower.exited).toBe(0);
  expect(follower.output).toContain("stator | Stopping; another signal ends everything at once.");
});

test("a change that is under way when the graph is stopped ends with it, and leaves nothing", async () => {
  await using graph = await Graph.start(`${FIXTURE}#whole`);
  const scaling = stator(["scale", "Worker", "6"]);
  await until(async () => (await statorJson<Status[]>(["ps"]))[0]?.services[0]?.workers.length === 6, "it has begun");
  const [status] = await statorJson<Status[]>(["ps"]);
  const pids = workersOf(status as Status, "configured.worker").map(({ pid }) => pid);
  expect(await graph.stop()).toBe(0);
  const { code, stderr } = await scaling;
  // Either all were ready before, or it is told in a sentence.
  expect([0, 1]).toContain(code);
  if (code === 1) expect(stderr).toMatch(/^stator: .*\.\n$/);
  await until(() => !pids.some(isRunning), "all workers have gone");
});

test("--watch replaces the processes when the code or the configuration changes, and goes on when it is broken", async () => {
  // Where the packages of the workspace are found.
  const place = mkdtempSync(join(import.meta.dir, "fixtures", ".watched-"));
  try {
    writeFileSync(join(place, "front.ts"), watchedSource("word + this.config.end"));
    writeFileSync(join(place, "word.ts"), 'export const word = "one";\n');
    writeFileSync(join(place, "stator.yaml"), "Front: { end: '?' }\n");
    await using graph = await Graph.start(join(place, "front.ts"), ["--watch", "-f", join(place, "stator.yaml")], {
      STATOR_GPUS: "0,1,2",
    });
    const says = async () => (await (await fetch(`${graph.url}/say`)).json()) as string;
    expect(await says()).toBe("one?");
    writeFileSync(join(place, "word.ts"), 'export const word = "two";\n');
    await until(async () => (await says()) === "two?", "the new code answers");
    writeFileSync(join(place, "word.ts"), 'export const wrd = "three";\n');
    await graph.command.line(/^stator .*The graph goes on as it was\.$/);
    expect(await says()).toBe("two?");
    writeFileSync(join(place, "new.ts"), "export const word = ;\n");
    writeFileSync(join(place, "word.ts"), 'export { word } from "./new.ts";\n');
    await graph.command.line(/^stator .*Unexpected ;/);
    writeFileSync(join(place, "new.ts"), 'export const word = "three";\n');
    await until(async () => (await says()) === "three?", "what was mended in the new file answers");
    writeFileSync(join(place, "word.ts"), 'export const word = "four";\n');
    writeFileSync(join(place, "stator.yaml"), "Front: { end: '.' }\n");
    await until(async () => (await says()) === "four.", "what was mended answers");
    const workers = (count: number) =>
      until(() => graph.workers("watched.front").length === count, `there are ${count}`);
    writeFileSync(join(place, "stator.yaml"), "Front: { workers: 3, resources: { gpu: 1 } }\n");
    await workers(3);
    writeFileSync(join(place, "stator.yaml"), "Front: { workers: 1, resources: { gpu: 2 } }\n");
    await workers(1);
    // A graph that does not fit changes nothing.
    writeFileSync(join(place, "stator.yaml"), "Front: { workers: 4, resources: { gpu: 1 } }\n");
    await graph.command.line(/^stator .*4 workers with 1 GPU each need more than there is/);
    writeFileSync(join(place, "stator.yaml"), "Front: { workers: 2 }\n");
    await workers(2);
    expect(await says()).toBe("four!");
    expect(await graph.stop()).toBe(0);
  } finally {
    rmSync(place, { recursive: true });
  }
});

describe("every command", () => {
  test.each([
    ["serve"],
    ["ps"],
    ["logs"],
    ["scale"],
    ["restart"],
    ["call"],
    ["ls"],
    ["graph"],
    ["config explain"],
    ["config schema"],
    ["certs"],
    ["doctor"],
  ])("%s has a help, and knows its options", async (command) => {
    const words = command.split(" ");
    const help = await stator([...words, "--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toStartWith(`Usage: stator ${command} `);
    expect(help.stdout).toContain("-h, --help");
    const wrong = await stator([...words, "a", "b", "--jsn"]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("Unknown option --jsn; ")]);
  });

  test.each([
    [[], 2, "Usage: stator"],
    [["--help"], 0, "Usage: stator"],
    [["help", "scale"], 0, "Usage: stator scale"],
    [["--version"], 0, /^\d+\.\d+\.\d+\n$/],
    [["srve"], 2, 'stator: Unknown command srve; did you mean "serve"?\n'],
    [["config"], 2, "stator: Say what: stator config explain, stator config schema.\n"],
    [["serve"], 2, "stator: <target> is missing: stator serve"],
    [["serve", "a.ts", "b.ts"], 2, "stator: Too many arguments: stator serve"],
    [["serve", "a.ts", "--port"], 2, "stator: --port needs a value.\n"],
    [["serve", "a.ts", "--port="], 2, "stator: --port needs a value.\n"],
    [["serve", "a.ts", "--port=1", "--port=2"], 2, "stator: --port is given twice.\n"],
    [["serve", "a.ts", "--port=-1"], 2, 'stator: --port: "-1" is not a whole number from 0 to 65535.\n'],
    [["serve", "a.ts", "--in-process=yes"], 2, 'did you mean "--in-process"?'],
    [["serve", "a.ts", "--Worker.workers"], 2, "stator: --Worker.workers needs a value.\n"],
    [["serve", "a.ts", "--constructor"], 2, "Unknown option --constructor"],
    [["serve", "a.ts", "--__proto__=1"], 2, "Unknown option --__proto__"],
    [["graph", "no.ts"], 2, "There is no file"],
    [["serve", "a.ts", "--workers=2"], 2, "that of a service is written --<Service>.workers=<value>.\n"],
    [["ps", "--workers"], 2, /^stator: Unknown option --workers; there is "--json", "--help"\.\n$/],
    [["ls", "--discovery", "memory"], 2, /^stator: memory discovery reaches one process only/],
    [["graph", "no.ts", "--format", "png"], 2, 'stator: --format: "png" is not one of mermaid, svg.\n'],
    [["serve", "no.ts"], 2, /^stator .*\| There is no file \S+\/no\.ts; its folder has no programs\.\n$/],
    [["serve", "no.ts", "--in-process"], 2, /^stator: There is no file \S+\/no\.ts; its folder has no programs\.\n$/],
    [["serve", `${FIXTURE}#Wrker`], 2, 'exports no "Wrker"; did you mean "Worker"?'],
    [["serve", "apps/examples/configured-graph/graphs.ts"], 2, "exports 2 graphs; say which: #echo, #shout."],
  ] as const)("%j", async (argv, code, said) => {
    const ran = await stator(argv);
    expect(ran.code).toBe(code);
    if (typeof said === "string") expect(ran.stdout + ran.stderr).toContain(said);
    else expect(ran.stdout + ran.stderr).toMatch(said);
  });
});

describe("stator graph", () => {
  test("draws as Mermaid and as SVG", async () => {
    expect((await stator(["graph", FIXTURE])).stdout).toBe(`flowchart TD
  s0["Frontend<br/>configured.frontend<br/>HTTP"]
  s1["Worker<br/>configured.worker<br/>2 workers"]
  s0 --> s1
`);
    const path = join(folder, "graph.svg");
    expect(await stator(["graph", FIXTURE, "--output", path])).toMatchObject({ code: 0, stdout: "" });
    expect(await Bun.file(path).text()).toStartWith("<svg xmlns=");
  });

  test("checks", async () => {
    expect(await stator(["graph", FIXTURE, "--check"])).toMatchObject({ code: 0, stdout: "The graph is in order.\n" });
    const { code, stdout } = await stator(["graph", FIXTURE, "--check", "--gpus", "0", "--Worker.resources.gpu=1"]);
    expect([code, stdout]).toEqual([
      1,
      "over-committed: Worker: 2 x 1 GPU are wanted, and 1 GPU is there: 1 of 2 workers get theirs.\n",
    ]);
  });
});

test("stator config schema describes the file", async () => {
  const { stdout } = await stator(["config", "schema", FIXTURE]);
  const { default: Ajv } = await import("ajv/dist/2020");
  const validate = new Ajv({ strict: false }).compile(JSON.parse(stdout) as object);
  expect(validate({ Worker: { maxTokens: -1, workers: "auto", model: { size: 2 } }, extends: "a.yaml" })).toBeTrue();
  expect(validate({ Worker: { maxTokenz: -1 } })).toBeFalse();
  expect(validate({ Worker: { maxTokens: "many" } })).toBeFalse();
  expect(validate({ Workr: {} })).toBeFalse();
  expect(validate({ "configured.worker": { workers: 0 } })).toBeFalse();
});

describe("stator doctor", () => {
  test("finds that all is well", async () => {
    const { code, stdout } = await stator(["doctor", "--discovery", "file"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^ok {7}addon: loaded on/m)]);
  });

  test("says what is wrong with discovery", async () => {
    const findings = JSON.parse(
      (await stator(["doctor", "--json"], { DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: "/proc/none" })).stdout,
    ) as {
      name: string;
      state: string;
    }[];
    expect(findings.find(({ name }) => name === "discovery")).toMatchObject({
      state: "failed",
      message: expect.stringContaining("/proc/none"),
      remedy: expect.stringContaining("DYN_FILE_KV"),
    });
    expect((await stator(["doctor"], { DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: "/proc/none" })).code).toBe(1);
  });
});

describe("a service that runs alone", () => {
  test("reads the file that its environment names, and variables over it", async () => {
    await using command = new Command([FIXTURE], {
      STATOR_CONFIG: config,
      STATOR_PROFILE: "prod",
      STATOR_WORKER__MAX_TOKENS: "-5",
    });
    const [, url = ""] = await command.line(/^ready (\S+)/);
    expect(await (await fetch(`${url}/show`)).json()).toMatchObject({ maxTokens: -5, label: "007", stop: null });
  });

  test("is found in the default folder of the project", async () => {
    const environment = { DYN_FILE_KV: "", XDG_RUNTIME_DIR: folder };
    const program = `import { serve } from "@stator/sdk"; import { Worker } from "./${FIXTURE}"; await serve(Worker); console.log("ready");`;
    await using command = new Command(["-e", program], environment);
    await command.line(/^ready$/);
    const found = await statorJson<object[]>(["ls", "configured.worker.show"], environment);
    expect(found).toHaveLength(1);
    expect(await stator(["call", "configured.worker.count", "1"], environment)).toMatchObject({
      code: 0,
      stdout: "0\n",
    });
  });
});

async function plan(argv: readonly string[]): Promise<string> {
  const { stdout, stderr } = await stator(["serve", FIXTURE, "--dry-run", ...argv]);
  return stdout + stderr;
}

// Defect f of the original: options that did nothing. An option that is new has to show what it does here.
describe("every option of stator serve has an effect", () => {
  /** What makes a difference that a plan shows; the others run a graph, in this file or beside it. */
  const shown: Record<string, readonly string[]> = {
    "--config-file": ["--config-file", config, "--gpus", "0,1"],
    "--profile": ["-f", config, "--gpus", "0,1,2", "--profile", "prod"],
    "--only": ["--only", "Worker"],
    "--json": ["--json"],
    "--port": ["--port", "81"],
    "--gpus": ["--Worker.resources.gpu=1", "--gpus", "7,8"],
    "--oversubscribe": ["--Worker.resources.gpu=1", "--gpus", "7", "--oversubscribe"],
    "--Worker.workers": ["--Worker.workers=5"],
    "--Worker.env": ["--Worker.env.MODE=x", "--json"],
    "--Worker.labels": ["--Worker.labels.team=x", "--json"],
    "--Worker.limits": ["--Worker.limits.queue=3", "--Worker.limits.maxConcurrency=3", "--json"],
    "--Worker.resources.cpu": ["--Worker.resources.cpu=300m", "--json"],
    "--Worker.resources.memory": ["--Worker.resources.memory=1Ei"],
    "--Frontend.port": ["--Frontend.port=82"],
  };
  const elsewhere = [
    "--in-process",
    "--watch",
    "--dry-run",
    "--host",
    "--system-port",
    "--discovery",
    "--file-path",
    "--drain-ms",
    "--ready-file",
    "--blocked-ms",
    "--help",
  ];

  test("and none is missing here", async () => {
    const { stdout } = await stator(["serve", "--help"]);
    const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z][a-z-]*)/gm)].map(([, name = ""]) => name);
    expect(options.toSorted()).toEqual(
      [...Object.keys(shown).filter((name) => /^--[a-z-]+$/.test(name)), ...elsewhere].toSorted(),
    );
  });

  test.each(Object.keys(shown))("%s", async (name) => {
    const argv = shown[name] ?? [];
    const without = argv.filter(
      (each, at) =>
        each !== name && !each.startsWith(`${name}=`) && !each.startsWith(`${name}.`) && argv[at - 1] !== name,
    );
    expect(await plan(argv)).not.toBe(await plan(without.length === argv.length ? [] : without));
  });

  test("--host", async () => {
    await using graph = await Graph.start(`${FIXTURE}#whole`, ["--host", "127.0.0.2"]);
    expect(graph.url).toStartWith("http://127.0.0.2:");
  });
});

describe("stator errors", () => {
  test("says what a code means, what leads to it, and what to do", async () => {
    const { code, stdout } = await stator(["errors", "unknown_outcome"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^unknown_outcome: HTTP 502, exit code 6 of stator call\nmeans {3}.*\ncause {3}.*\ncure {4}/s,
    );
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("lists all that there are, for programs too", async () => {
    const all = await statorJson<{ code: string; exitCode: number }[]>(["errors"]);
    expect(all.map(({ code }) => code)).toEqual(Object.keys(ERROR_CODES));
    const { stdout } = await stator(["errors"]);
    for (const { code, exitCode } of all) expect(stdout).toMatch(new RegExp(`^${code} .* ${exitCode} `, "m"));
  });

  test("names the nearest code", async () => {
    const { code, stderr } = await stator(["errors", "overload"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('did you mean "overloaded"?')]);
  });
});
