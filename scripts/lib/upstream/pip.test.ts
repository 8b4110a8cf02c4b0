import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPip } from "./pip.ts";

const PATH = process.env["PATH"];
const base = mkdtempSync(join(tmpdir(), "stator-pip-"));
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));

/** The only folder on PATH, so that a test says what the machine has. */
let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(base, "bin-"));
  process.env["PATH"] = bin;
});
afterEach(() => {
  process.env["PATH"] = PATH;
});

function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** An interpreter that answers so when it is asked what it is. */
function answering(facts: { path: string; version: string; pip: boolean; ensurepip: boolean }): string {
  return `echo '${JSON.stringify(facts)}'`;
}

async function message(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof Error ? error.message : "it did not fail";
}

test("an interpreter with pip is taken", async () => {
  program("python3.12", answering({ path: "/opt/python", version: "3.12.1", pip: true, ensurepip: false }));
  const pip = await findPip(join(bin, "scratch"));
  expect(pip.command).toEqual(["/opt/python", "-I", "-m", "pip"]);
});

test("one without pip gets it in a virtual environment, unless that fails", async () => {
  const scratch = join(bin, "scratch");
  for (const [name, venv] of [
    ["python3.13", "exit 1"],
    ["python3.12", 'test "$1 $2 $3" = "-I -m venv"'],
  ] as const) {
    const path = join(bin, `own-${name}`);
    program(`own-${name}`, venv);
    program(name, answering({ path, version: name.slice("python".length), pip: false, ensurepip: true }));
  }
  const pip = await findPip(scratch);
  expect(pip.python.path).toBe(join(bin, "own-python3.12"));
  expect(pip.command.slice(1)).toEqual(["-I", "-m", "pip"]);
  expect(pip.command[0]).toStartWith(scratch);
  expect(pip.command[0]).toEndWith(join("bin", "python"));
});

test("without any, the error says what is needed and what was looked at", async () => {
  program("python3", answering({ path: "/opt/python", version: "3.13.0", pip: false, ensurepip: false }));
  program("python3.14", "echo 'the shim has no such version' >&2; exit 127");
  program("python3.13", answering({ path: "/old/python", version: "3.10.9", pip: true, ensurepip: true }));
  program("python3.12", "echo hello");
  expect(await message(findPip(join(bin, "scratch")))).toBe(
    [
      "Python 3.11 or newer with pip was not found.",
      "Install it (on Debian and Ubuntu: apt-get install python3 python3-pip), then run this again.",
      "These were looked at:",
      "  /opt/python: it has neither pip nor ensurepip",
      `  ${join(bin, "python3.14")}: the shim has no such version`,
      `  ${join(bin, "python3.13")}: it is Python 3.10.9; 3.11 or newer is needed`,
      `  ${join(bin, "python3.12")}: it is no Python interpreter`,
    ].join("\n"),
  );
});

test("without apt-get nothing is installed", async () => {
  expect(await message(findPip(join(bin, "scratch")))).toStartWith("Python 3.11 or newer with pip was not found.");
});
