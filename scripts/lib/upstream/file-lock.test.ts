import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lines } from "../lines.ts";
import { FileLock } from "./file-lock.ts";
import { findPythons } from "./python.ts";

const python = findPythons().usable[0]?.path ?? "python3";
const folder = mkdtempSync(join(tmpdir(), "stator-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Another process that takes the lock, says so, and keeps it until it is killed. */
const HOLDER = `
import { FileLock } from ${JSON.stringify(join(import.meta.dir, "file-lock.ts"))};
const [python, path] = process.argv.slice(1);
await FileLock.take(python, path);
console.log("held");
await new Promise(() => setInterval(() => {}, 1000));
`;

test("a second one waits until the first lets go", async () => {
  const path = join(folder, "two.lock");
  const waits = Promise.withResolvers<void>();
  const events: string[] = [];
  const first = await FileLock.take(python, path);
  const second = FileLock.take(python, path, waits.resolve).then((lock) => {
    events.push("second has it");
    return lock;
  });
  await waits.promise;
  events.push("first lets go");
  await first[Symbol.asyncDispose]();
  await using _ = await second;
  expect(events).toEqual(["first lets go", "second has it"]);
});

test("it is free when the process that has it is killed", async () => {
  const path = join(folder, "killed.lock");
  const other = Bun.spawn([process.execPath, "-e", HOLDER, python, path], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of lines(other.stdout)) {
    if (line === "held") break;
  }
  const waits = Promise.withResolvers<void>();
  const taken = FileLock.take(python, path, waits.resolve);
  await waits.promise;
  other.kill("SIGKILL");
  await using lock = await taken;
  expect(lock).toBeInstanceOf(FileLock);
});

test("a folder that is not there is an error", async () => {
  const error = await FileLock.take(python, join(folder, "none", "x.lock")).catch((thrown: unknown) => thrown);
  expect((error as Error).message).toContain("x.lock could not be locked");
});
