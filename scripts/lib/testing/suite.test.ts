import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bunSuite, checkSuite, runSuites } from "./suite.ts";

/** Also holds what a killed `bun test` leaves behind. */
const base = mkdtempSync(join(tmpdir(), "stator-suite-"));
const before = process.env["TMPDIR"];
process.env["TMPDIR"] = base;
afterAll(() => {
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  rmSync(base, { recursive: true, force: true, maxRetries: 5 });
});

/** A folder with one test file of this text. */
function folderWith(name: string, text: string): string {
  const folder = mkdtempSync(join(base, "tests-"));
  writeFileSync(join(folder, name), `import { expect, test } from "bun:test";\n${text}`);
  return folder;
}

const bun = process.execPath;

describe("checkSuite", () => {
  test("passes with exit code 0", async () => {
    expect(await checkSuite("good", [bun, "-e", "0"]).run()).toEqual({ passed: 1, failed: 0 });
  });

  test("fails with any other", async () => {
    expect(await checkSuite("bad", [bun, "-e", "process.exit(3)"]).run()).toMatchObject({ passed: 0, failed: 1 });
  });

  test("fails when the program is missing", async () => {
    expect(await checkSuite("none", ["stator-no-such-program"]).run()).toMatchObject({ passed: 0, failed: 1 });
  });

  test("fails when the output is not what it has to be", async () => {
    const suite = checkSuite("quiet", [bun, "-e", "0"], (output) => output.includes("done"));
    expect(await suite.run()).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe("bunSuite", () => {
  test("counts what passed and what failed", async () => {
    const folder = folderWith(
      "some.test.ts",
      'test("good", () => {});\ntest("bad", () => expect(1).toBe(2));\ntest("better", () => {});',
    );
    const { failures, ...counts } = await bunSuite(folder, 5000).run();
    expect(counts).toEqual({ passed: 2, failed: 1 });
    expect(failures).toEqual([expect.stringContaining("(fail) bad")]);
  });

  test("fails without tests", async () => {
    expect(await bunSuite(folderWith("not-a-test.ts", ""), 5000).run()).toMatchObject({ passed: 0, failed: 1 });
    expect(await bunSuite("no/such/folder", 5000).run()).toMatchObject({ passed: 0, failed: 1 });
  });

  test("fails when a file breaks before its tests", async () => {
    const { failed } = await bunSuite(folderWith("broken.test.ts", 'throw new Error("no");'), 5000).run();
    expect(failed).toBeGreaterThan(0);
  });

  test("fails when it takes too long, and leaves nothing running", async () => {
    const folder = folderWith("hangs.test.ts", 'test("x", () => new Promise(() => {}));');
    expect(await bunSuite(folder, 60_000, 500).run()).toMatchObject({ passed: 0, failed: 1 });
  });

  test("fails when a test ends the process", async () => {
    const { failed } = await bunSuite(folderWith("exit.test.ts", 'test("x", () => process.exit(0));'), 5000).run();
    expect(failed).toBeGreaterThan(0);
  });
});

test("a suite that throws counts as failed, and the next one runs", async () => {
  const broken = { name: "broken", run: () => Promise.reject(new Error("no")) };
  const total = await runSuites([broken, checkSuite("good", [bun, "-e", "0"])]);
  expect(total).toEqual({ passed: 1, failed: 1 });
});

test("what failed is shown again at the end", async () => {
  const script = join(base, "shows.ts");
  const suites = JSON.stringify(join(import.meta.dir, "suite.ts"));
  writeFileSync(
    script,
    `import { checkSuite, runSuites } from ${suites};
    const bad = checkSuite("bad", [process.execPath, "-e", "console.log('the cause'); process.exit(3)"]);
    await runSuites([bad, checkSuite("good", [process.execPath, "-e", "console.log('all is well')"])]);`,
  );
  const shown = Bun.spawn([bun, script], { stdout: "pipe", stderr: "inherit" });
  const output = await shown.stdout.text();
  const end = output.slice(output.indexOf("Failures"));
  expect(end).toContain("bad:\nthe cause");
  expect(end).not.toContain("all is well");
});
