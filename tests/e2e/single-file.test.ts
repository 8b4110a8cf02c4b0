import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { withFiles } from "../../scripts/lib/docs/included-files.ts";
import { Command, root, until } from "../support/command.ts";
import { httpStream, readAll } from "../support/http-stream.ts";
import { isRunning } from "../support/processes.ts";
import { stator } from "../support/stator.ts";

interface Token {
  readonly text: string;
  readonly servedBy: readonly { readonly service: string }[];
}

interface Running {
  readonly target: string;
  readonly services: readonly {
    readonly className: string;
    readonly id: string;
    readonly workers: readonly { readonly pid: number | null; readonly restarts: number; readonly state: string }[];
  }[];
}

interface Listed {
  readonly component: string;
  readonly endpoint: string;
}

const HELLO = join(root, "apps/examples/hello-world");
const NAMES = join(root, "tests/e2e/fixtures/same-names/outer.ts");

/** Where the programs are, and where they run: two folders, neither of them in the workspace. */
let folder = "";
let elsewhere = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stator-single-"));
  elsewhere = join(folder, "elsewhere");
  mkdirSync(elsewhere);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program of ours with nothing in its environment: no PATH, no Bun, no home. */
function alone(program: readonly string[], argv: readonly string[]): Command {
  // The folder of sockets and of the unpacked addon, so that runs of this test leave nothing behind.
  const environment = [`TMPDIR=${elsewhere}`, `STATOR_RUN_DIR=${join(elsewhere, "run")}`];
  return new Command(["-C", elsewhere, "-i", ...environment, ...program, ...argv], {}, "/usr/bin/env");
}

async function ended(program: readonly string[], argv: readonly string[]): Promise<{ code: number; output: string }> {
  const command = alone(program, argv);
  const code = await command.exited;
  return { code, output: command.text };
}

const DISCOVERY = ["--discovery", "file", "--file-path", "discovery"];

/** The three ways to the same program; each gives its command line. */
const PROGRAMS: [how: string, name: string, make: () => Promise<string[]>][] = [
  ["stator build --minify", "hello", async () => [await built("hello")]],
  [
    "bun build --compile --bytecode --minify",
    "own",
    async () => {
      const outfile = join(folder, "own");
      const build = [
        "build",
        "--compile",
        "--bytecode",
        "--format=esm",
        "--minify",
        join(HELLO, "main.ts"),
        "--outfile",
        outfile,
      ];
      await using command = new Command(build);
      expect(await command.exited).toBe(0);
      return [outfile];
    },
  ],
  ["bun main.ts", "main", async () => [process.execPath, join(HELLO, "main.ts")]],
];

async function built(name: string): Promise<string> {
  const outfile = join(folder, name);
  const ran = await stator(["build", `${HELLO}/frontend.ts`, "--minify", "--outfile", outfile, "--json"]);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(ran.stdout)).toEqual({ outfile, bytes: expect.any(Number) });
  return outfile;
}

async function status(program: readonly string[]): Promise<Running> {
  const { output } = await ended(program, ["ps", "--json"]);
  const [running] = JSON.parse(output) as [Running];
  return running;
}

const pidsOf = ({ services }: Running): number[] =>
  services.flatMap(({ workers }) => workers.map(({ pid }) => pid ?? 0));

async function words(url: string, text: string): Promise<Token[]> {
  return (await readAll(await httpStream<Token>(`${url}/generate`, { text }))).items;
}

describe.each(PROGRAMS)("%s", (_how, name, make) => {
  test("serves without a PATH, each service in a process of its own, under the names that the sources have", async () => {
    const program = await make();
    await using command = alone(program, ["--port", "0", ...DISCOVERY]);
    const [, url = ""] = await command.line(/^ready (\S+)/);
    const [first, second] = await words(url, "far away");
    expect([first?.text, second?.text]).toEqual(["far", "away"]);
    expect(first?.servedBy.map(({ service }) => service)).toEqual(["Backend", "Middle", "Frontend"]);

    const running = await status(program);
    expect(running.target).toBe(name);
    expect(running.services.map(({ className, id }) => [className, id])).toEqual([
      ["Backend", "hello.backend"],
      ["Middle", "hello.middle"],
      ["Frontend", "hello.frontend"],
    ]);
    const pids = pidsOf(running);
    expect(new Set([command.pid, ...pids]).size).toBe(4);
    if (process.platform === "linux") {
      const programs = new Set([command.pid, ...pids].map((pid) => readlinkSync(`/proc/${pid}/exe`)));
      expect([...programs]).toEqual([realpathSync(program[0] ?? "")]);
    }
    const listed = JSON.parse((await ended(program, ["ls", ...DISCOVERY, "--json"])).output) as Listed[];
    expect(listed.map(({ component, endpoint }) => `${component}.${endpoint}`).toSorted()).toEqual([
      "backend.generate",
      "frontend.generate",
      "middle.generate",
    ]);

    command.signal("SIGTERM");
    expect(await command.exited).toBe(0);
    await until(() => !pids.some(isRunning), "its services have gone");
  });
});

describe("a single file", () => {
  let program: string[] = [];
  beforeAll(async () => {
    program = [await built("hello")];
  });

  test("a worker that is killed comes back, from a file that was built anew, and all end with their supervisor", async () => {
    await using command = alone(program, ["serve", "--port", "0", ...DISCOVERY]);
    const [, url = ""] = await command.line(/^ready (\S+)/);
    await built("hello");
    // Nothing is left of the build, and nothing of it ever stood beside the sources.
    expect(readdirSync(folder).filter((each) => each.startsWith("hello"))).toEqual(["hello"]);
    expect(readdirSync(HELLO).filter((each) => each.startsWith("."))).toEqual([]);

    const [backend = 0] = pidsOf(await status(program));
    process.kill(backend, "SIGKILL");
    await until(async () => {
      const worker = (await status(program)).services[0]?.workers[0];
      return worker?.restarts === 1 && worker.state === "running";
    }, "the backend was started again");
    await until(async () => (await words(url, "again")).length === 1, "it answers again");
    const pids = pidsOf(await status(program));
    expect(pids).not.toContain(backend);
    command.signal("SIGKILL");
    await command.exited;
    await until(() => !pids.some(isRunning), "its services have gone");
  });

  test("the page shows what it prints", async () => {
    const page = readFileSync(join(root, "docs/single-file.md"), "utf8");
    const shown = [...page.matchAll(/```console\n\$ dist\/hello (.*)\n([^`]*)```/g)];
    expect(shown.length).toBeGreaterThan(0);
    for (const [, argv = "", output = ""] of shown) {
      expect(`${(await ended(program, argv.split(" "))).output}\n`).toBe(output);
    }
    expect(withFiles(page, (path) => readFileSync(join(root, path), "utf8"))).toBe(page);
  });

  test("has the commands of stator without a target", async () => {
    const help = await ended(program, ["--help"]);
    expect(help.code).toBe(0);
    expect(help.output).toStartWith("Usage: hello [options] [command]");
    expect(help.output).not.toMatch(/^ {2}build /m);
    expect((await ended(program, ["serve", "--help"])).output).not.toContain("target");
    expect((await ended(program, ["graph"])).output).toContain('s1["Middle<br/>hello.middle"]');
    const explained = await ended(program, ["config", "explain", "Middle", "--Middle.workers=2"]);
    expect(explained.output).toContain("Middle.workers = 2");
  });

  test.each<[argv: string[], message: string]>([
    [["serve", "a.ts"], "hello: Too many arguments: hello serve"],
    [["build"], "hello: Unknown command build;"],
    [["--prot", "0"], 'hello: Unknown option --prot; did you mean "--port"?'],
    [["config"], "hello: Say what: hello config explain, hello config schema."],
  ])("refuses %j", async (argv, message) => {
    const { code, output } = await ended(program, argv);
    expect(code).toBe(2);
    expect(output).toContain(message);
  });

  test("says what is wrong when it is started by hand as the supervisor would", async () => {
    for (const task of ['{"task":"serve","service":"none"}', "{", "null"]) {
      const { code, output } = await ended(program, ["--stator-child", task]);
      expect([code, output]).toEqual([1, expect.stringMatching(/leads to none|JSON|null/)]);
    }
  });

  test("says where the addon is unpacked to when that cannot be", async () => {
    const command = ["TMPDIR=/dev/null", ...program];
    const { code, output } = await ended(command, ["--in-process", "--port", "0"]);
    expect(code).toBe(1);
    expect(output).toMatch(/addon_missing: .*stator\.[\w-]+\.node cannot be loaded\. This program unpacks it .*TMPDIR/);
  });

  test("keeps apart classes of one name, however short the bundler calls them, and runs in one process", async () => {
    const outfile = join(folder, "names");
    const ran = await stator(["build", `${NAMES}#whole`, "--minify", "--outfile", outfile]);
    expect(ran.stdout).toMatch(/^\/.*names {2}\d+\.\d MB\n$/);
    const picture = (await ended([outfile], ["graph"])).output;
    expect(picture).toContain("TextWorker<br/>outer.text-worker");
    expect(picture).toContain("TextWorker<br/>inner.text-worker");
    // The process that supervises the others does without their code.
    const planned = (await ended([outfile], ["--dry-run"])).output;
    expect(planned).toMatch(/^stator {3}\| the services are loaded$/m);
    expect(planned).not.toMatch(/^the services are loaded$/m);
    await using command = alone([outfile], ["--in-process", "--port", "0"]);
    const [, url = ""] = await command.line(/^ready (\S+)/);
    expect(await (await fetch(`${url}/run`)).json()).toEqual({ inner: "inner word" });
    command.signal("SIGTERM");
    expect(await command.exited).toBe(0);
  });
});

test.each<[why: string, argv: string[], message: RegExp]>([
  ["a file that is not there", ["nowhere.ts"], /There is no file .*nowhere\.ts/],
  ["a service that is not there", [`${HELLO}/frontend.ts#Front`], /exports no "Front"; did you mean "Frontend"\?/],
  ["a graph that lacks a link", [`${NAMES}#lacking`], /TextWorker\.engine: Engine is abstract/],
  [
    "a file in the place of the folder",
    [`${HELLO}/backend.ts`, "--outfile", "README.md/x"],
    /README\.md cannot be made/,
  ],
  ["a folder in the place of the file", [`${HELLO}/backend.ts`, "--outfile", "docs"], /docs is no file/],
])("stator build refuses %s", async (_why, argv, message) => {
  const ran = await stator(["build", ...argv]);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toMatch(message);
});
