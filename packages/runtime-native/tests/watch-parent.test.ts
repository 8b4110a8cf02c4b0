import { closeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";

import { lines } from "../../../scripts/lib/lines.ts";
import { watchParent } from "../src/index.ts";
import { thrown } from "./support/failure.ts";

const FIXTURE = join(import.meta.dir, "fixtures", "child-of-pipe.ts");

/** A child that watches a pipe of ours; we close it, as the end of this process would, and see how the child ends. */
async function orphan(...options: string[]): Promise<{ output: string[]; code: number | null; signal: unknown }> {
  const child = Bun.spawn([process.execPath, FIXTURE, ...options], { stdio: ["ignore", "pipe", "inherit", "pipe"] });
  const pipe = child.stdio[3];
  if (typeof pipe !== "number") throw new Error("the child has no fourth pipe");
  const output: string[] = [];
  for await (const line of lines(child.stdout)) {
    output.push(line);
    if (line === "watching") closeSync(pipe);
  }
  await child.exited;
  return { output, code: child.exitCode, signal: child.signalCode };
}

test("a child whose parent is gone is asked to end", async () => {
  expect(await orphan()).toEqual({ output: ["watching", "asked to end"], code: 0, signal: null });
});

test("a child whose event loop is blocked, and that would like to be asked, is killed", async () => {
  expect(await orphan("--block")).toEqual({ output: ["watching"], code: null, signal: "SIGKILL" });
});

test("a descriptor that is no inherited pipe is refused", () => {
  for (const fd of [-1, 0, 2, Number.NaN, "3" as never]) {
    expect(thrown(() => watchParent(fd, 100)).code).toBe("invalid_argument");
  }
});
