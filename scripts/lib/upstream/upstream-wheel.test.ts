import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UPSTREAM_VERSION, upstreamWheel } from "./upstream-wheel.ts";

// Here, where no limit of a single test counts: the first time it is installed.
const wheel = await upstreamWheel();

const base = mkdtempSync(join(tmpdir(), "stator-wheel-"));
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));

function python(code: string): string[] {
  const result = Bun.spawnSync([wheel.python, "-c", code], {
    env: { ...process.env, ...wheel.environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  expect(result.exitCode).toBe(0);
  return result.stdout.toString().trim().split("\n");
}

async function message(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof Error ? error.message : "it did not fail";
}

test("a program runs with the wheel, and with nothing else in its place", () => {
  const [version, file, pydantic] = python(
    "import dynamo.runtime, importlib.metadata, pydantic\n" +
      'print(importlib.metadata.version("ai-dynamo-runtime"), dynamo.runtime.__file__, pydantic.VERSION, sep="\\n")',
  );
  expect(version).toBe(UPSTREAM_VERSION);
  expect(file).toBe(join(wheel.folder, "dynamo", "runtime", "__init__.py"));
  expect(pydantic).toBe("2.13.0");
});

test("it is installed once", async () => {
  const before = statSync(wheel.folder).ino;
  expect(await upstreamWheel()).toEqual(wheel);
  expect(statSync(wheel.folder).ino).toBe(before);
});

test("a version that does not exist is an error with advice, and leaves no folder", async () => {
  const text = await message(upstreamWheel("0.0.1", base));
  expect(text).toStartWith("ai-dynamo-runtime 0.0.1 could not be installed: pip ended with exit code 1");
  expect(text).toContain("comes from PyPI, for Linux");
  expect([...new Bun.Glob("*").scanSync({ cwd: base, onlyFiles: false })]).toEqual(["0.0.1.lock"]);
});

test.each(["", "1", "../1.6.1", "1.6.1 --pre", "latest"])("%j is no version", async (version) => {
  expect(await message(upstreamWheel(version, base))).toContain(
    "is no version of ai-dynamo-runtime; write one such as",
  );
});
