import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Command, root } from "../support/command.ts";

const base = mkdtempSync(join(tmpdir(), "stator-wheel-"));
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));

const PROGRAM = `
import { upstreamWheel } from ${JSON.stringify(join(root, "scripts/lib/upstream/upstream-wheel.ts"))};
const wheel = await upstreamWheel("1.0.2", ${JSON.stringify(base)});
const { exitCode } = Bun.spawnSync([wheel.python, "-c", "import dynamo.runtime"], {
  env: { ...process.env, ...wheel.environment },
});
process.exit(exitCode);
`;

test("three processes that ask at once, after one that was killed in the middle, install it once", async () => {
  // What a killed process leaves: a folder that is not complete under either name.
  mkdirSync(join(base, "1.0.2"), { recursive: true });
  mkdirSync(join(base, "1.0.2.partial-1"), { recursive: true });
  writeFileSync(join(base, "1.0.2", "half"), "");

  const commands = Array.from({ length: 3 }, () => new Command(["-e", PROGRAM]));
  expect(await Promise.all(commands.map((command) => command.exited))).toEqual([0, 0, 0]);
  const all = commands.map((command) => command.text).join("\n");
  expect(all.match(/Installing ai-dynamo-runtime 1\.0\.2/g)).toHaveLength(1);
  const left = [...new Bun.Glob("*").scanSync({ cwd: base, onlyFiles: false })].toSorted();
  expect(left).toEqual(["1.0.2", "1.0.2.lock"]);
});
