/** The examples for people who come from Python: each pair has to print the same. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { Command, within } from "../support/command.ts";
import { upstreamCommand } from "../support/upstream.ts";

const EXAMPLES = "apps/examples/from-python";
const STATOR = "packages/sdk/src/cli/stator.ts";

// Here, where no limit of a single test counts: the first time it is installed.
const wheel = await upstreamWheel();

const folder = mkdtempSync(join(tmpdir(), "stator-from-python-"));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
const discovery = join(folder, "discovery");

const python = (file: string) => upstreamCommand(wheel, folder, [join(EXAMPLES, file)]);
const typescript = (...argv: string[]) => new Command(argv, { DYN_FILE_KV: discovery });
const example = (file: string) => typescript(join(EXAMPLES, file));

/** What a program printed by its end, which has to be a good one. */
async function printed(command: Command): Promise<string[]> {
  const exitCode = await within(command.exited, `the end of the program; so far it printed:\n${command.text}`);
  if (exitCode !== 0) throw new Error(`The program ended with exit code ${exitCode}:\n${command.text}`);
  return command.printed;
}

/** What a program that runs until it is told to end has printed by then. */
function stopped(command: Command): Promise<string[]> {
  command.signal("SIGTERM");
  return printed(command);
}

test.each([
  ["class.py", "class.ts", 4],
  ["function.py", "function.ts", 9],
  ["async.py", "async.ts", 11],
  ["async_iterator.py", "async-iterator.ts", 11],
] as const)("%s and %s print the same", async (pythonFile, typescriptFile, lines) => {
  await using theirs = python(pythonFile);
  await using ours = example(typescriptFile);
  expect(await printed(ours)).toEqual(await printed(theirs));
  expect(ours.printed).toHaveLength(lines);
});

test("runtime: worker and client print the same in both languages", async () => {
  await using theirWorker = python("runtime/worker.py");
  await using theirClient = python("runtime/client.py");
  await using ourWorker = example("runtime/worker.ts");
  await using ourClient = example("runtime/client.ts");

  expect(await printed(ourClient)).toEqual(await printed(theirClient));
  expect(ourClient.printed).toEqual([
    "1 instance",
    ...["0 one", "1 two", "three", "four"],
    "refused: the text is empty",
    ...["0", "1", "2"],
  ]);

  await Promise.all([ourWorker, theirWorker].map((worker) => worker.line(/^the caller wants no more$/)));
  expect(await stopped(ourWorker)).toEqual(await stopped(theirWorker));
  expect(ourWorker.printed.at(-1)).toBe("all served");
});

test("service: the same graph answers the same in both languages", async () => {
  await using theirBackend = python("service/backend.py");
  await using theirMiddle = python("service/middle.py");
  await using theirClient = python("service/client.py");
  await using ourGraph = typescript(STATOR, "serve", `${EXAMPLES}/service/middle.ts#Middle`);
  await using ourClient = example("service/client.ts");

  expect(await printed(ourClient)).toEqual(await printed(theirClient));
  expect(ourClient.printed).toEqual(["0 A", "1 FEW", "2 WORDS", "refused: text is too short"]);
  await Promise.all([stopped(ourGraph), stopped(theirMiddle), stopped(theirBackend)]);
});
