import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { addonFileName } from "../../src/support/addon-file-name.ts";
import { addLater, addNumbers, startedTasks } from "./generated/index.ts";
import { eventually } from "./support/eventually.ts";

const programs = join(import.meta.dir, "programs");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stator-bindings-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(
  program: string,
  ...parameters: string[]
): Promise<{ code: number; output: string; errors: string }> {
  const child = Bun.spawn([process.execPath, join(programs, program), ...parameters], {
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, RUST_BACKTRACE: "0" },
  });
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, output: output.trim(), errors };
}

type Told = { value: bigint; sum: number; items: number; code: string };

async function startWorker(data: string): Promise<{ worker: Worker; told: Told }> {
  const worker = new Worker(join(programs, "worker.ts"), { workerData: data });
  const told = await new Promise<Told>((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
  return { worker, told };
}

describe("worker threads", () => {
  test("load the addon again, each with objects and tasks of its own", async () => {
    const workers = await Promise.all([startWorker("end"), startWorker("end")]);
    for (const { worker, told } of workers) {
      expect(told).toEqual({ value: 10n, sum: 3, items: 5050, code: "internal" });
      await worker.terminate();
    }
    expect(await addLater(1, 2)).toBe(3);
  });

  test("that are terminated take their tasks with them", async () => {
    const before = startedTasks();
    const { worker } = await startWorker("stay");
    await eventually(() => startedTasks() === before + 1);
    await worker.terminate();
    await eventually(() => startedTasks() === before);
    expect(addNumbers(1, 2)).toBe(3);
    expect(await addLater(1, 2)).toBe(3);
  });
});

describe("the end of the process", () => {
  test.each(["now", "in a callback"])("while tasks run: %s", async (way) => {
    for (let round = 0; round < 3; round++) expect(await run("exit-while-running.ts", way)).toMatchObject({ code: 7 });
  });

  test("by an error while tasks run", async () => {
    const { code, errors } = await run("exit-while-running.ts", "throw");
    expect([code, errors.includes("the program is over")]).toEqual([1, true]);
  });

  test("comes when nothing is under way any more, and not before", async () => {
    const { code, output } = await run("exit-by-itself.ts");
    expect(output.split("\n").toSorted()).toEqual(["sum 3", "sum 4499998500000, value 1"]);
    expect(code).toBe(0);
  });
});

describe("an addon that does not fit its generated files", () => {
  test("is told of when it is missing", async () => {
    const generated = join(folder, "missing", "generated");
    cpSync(join(import.meta.dir, "generated"), generated, { recursive: true });
    const { output } = await run("use-another-addon.ts", generated);
    expect(output).toContain("addon_missing: there is no addon of stator-bindings-fixtures for ");
    expect(output).toContain("Build it with `stator-codegen build-addon`");
  });

  test("is told of when it was built from other sources", async () => {
    const generated = join(folder, "stale", "generated");
    cpSync(join(import.meta.dir, "generated"), generated, { recursive: true });
    const file = addonFileName("bindings-fixtures");
    copyFileSync(join(import.meta.dir, file), join(folder, "stale", file));
    expect((await run("use-another-addon.ts", generated)).output).toBe("3");
    const loader = join(generated, "bindings", "load-addon.ts");
    writeFileSync(loader, readFileSync(loader, "utf8").replace(/const HASH = ".*";/, 'const HASH = "older";'));
    const { output } = await run("use-another-addon.ts", generated);
    expect(output).toContain(`version_mismatch: ${file} was built from other sources`);
  });

  test("that is built into a program works from anywhere", async () => {
    const program = join(folder, "program");
    const entry = join(folder, "entry.ts");
    writeFileSync(
      entry,
      `import { fibonacci } from ${JSON.stringify(join(import.meta.dir, "generated", "index.ts"))};\nconsole.log(fibonacci(93));\n`,
    );
    const build = Bun.spawn([process.execPath, "build", "--compile", entry, "--outfile", program], {
      stdout: "ignore",
      stderr: "pipe",
    });
    expect([await build.exited, await build.stderr.text()]).toEqual([0, expect.anything() as string]);
    const child = Bun.spawn([program], { cwd: tmpdir(), stdout: "pipe" });
    expect([await child.stdout.text(), await child.exited]).toEqual(["12200160415121876738n\n", 0]);
  });
});
