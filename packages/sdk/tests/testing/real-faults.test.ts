/** What callers get of faults that are played is what they get of the real ones. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { depends, service, type ServiceClient, StatorError } from "@stator/sdk";
import { testCluster } from "@stator/sdk/testing";

import { Services } from "../support/serving.ts";
import { Target } from "./fixtures/target.ts";

const folder = mkdtempSync(join(tmpdir(), "stator-faults-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

@service({ namespace: "target" })
class Caller {
  target = depends(Target);
}

interface Outcome {
  readonly items: readonly unknown[];
  readonly code: string;
  /** Whether the error says which instance it came from. */
  readonly isOfInstance: boolean;
}

/** How a call ended, whose answer is one value or a stream. */
async function outcome(
  answer: Promise<unknown> | AsyncIterable<unknown>,
  items: unknown[] = [],
  came: (count: number) => void = () => undefined,
): Promise<Outcome> {
  try {
    if (Symbol.asyncIterator in answer) for await (const item of answer) came(items.push(item));
    else items.push(await answer);
  } catch (error) {
    if (!(error instanceof StatorError)) throw error;
    return { items, code: error.code, isOfInstance: error.instanceId !== null };
  }
  return { items, code: "ok", isOfInstance: false };
}

/** A stream of requests that goes on for as long as it is read. */
async function* numbers(): AsyncGenerator<number> {
  yield 1;
  await new Promise(() => {});
}

const CALLS = 4;

/** What becomes of calls that are open when the worker dies. */
async function outcomes(
  target: ServiceClient<Target>,
  arrived: () => Promise<void>,
  kill: () => Promise<void>,
): Promise<Readonly<Record<string, Outcome>>> {
  const once = outcome(target.once());
  const again = outcome(target.again());
  const both = Promise.withResolvers<void>();
  const items = outcome(target.items(), [], (count) => (count === 2 ? both.resolve() : undefined));
  const sum = outcome(target.sum(numbers()));
  await Promise.all([arrived(), both.promise]);
  await kill();
  return {
    once: await once,
    again: await again,
    items: await items,
    sum: await sum,
  };
}

/** The same with a process that gets SIGKILL. */
async function ofProcess(): Promise<Readonly<Record<string, Outcome>>> {
  const filePath = join(folder, "discovery");
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "fixtures", "target.ts")], {
    env: { ...process.env, DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: filePath },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const lines = linesOf(child.stdout);
    const said = async (line: string): Promise<void> => {
      for (;;) if ((await lines.next()).value === line) return;
    };
    await said("serving");
    await using services = new Services();
    const { target } = await services.caller(Caller, { runtime: { discovery: "file", filePath } });
    const open = await outcomes(
      target,
      () => said(`opened ${CALLS}`),
      async () => {
        child.kill("SIGKILL");
        await child.exited;
      },
    );
    // Discovery has not noticed yet.
    return { ...open, later: await outcome(target.once()) };
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
}

async function* textOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of stream) yield decoder.decode(bytes, { stream: true });
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of textOf(stream)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  throw new Error("the process has ended");
}

test("a process that gets SIGKILL, and an instance that is killed", async () => {
  const real = await ofProcess();
  expect(real).toMatchObject({
    once: { code: "unknown_outcome" },
    items: { code: "unknown_outcome", items: [1, 2] },
    later: { code: "unavailable" },
  });
  await using cluster = await testCluster(Caller);
  const { target } = cluster.instance(Caller).service;
  const played = await outcomes(
    target,
    async () => void (await cluster.until(() => cluster.calls.to(Target).length === CALLS)),
    () => cluster.instance(Target).kill(),
  );
  const forgotten = outcome(target.once());
  expect(await forgotten).toMatchObject({ code: "no_instances" });
  // One that is known and cannot be reached.
  await cluster.add(Target);
  await cluster.partition(Caller, Target);
  const all: Readonly<Record<string, Outcome>> = { ...played, later: await outcome(target.once()) };
  expect(all).toEqual(real);

  // Calls that break while their instance lives.
  await using broken = await testCluster(Caller);
  const calls = broken.instance(Caller).service.target;
  broken.on(Target, "items").breakAfter(2);
  for (const endpoint of ["once", "again", "sum"] as const) broken.on(Target, endpoint).breakAfter(0);
  expect<object>({
    once: await outcome(calls.once()),
    again: await outcome(calls.again()),
    items: await outcome(calls.items()),
    sum: await outcome(calls.sum(numbers())),
    later: real["later"],
  }).toEqual(real);
});

/** Long enough for calls to arrive on a busy machine. */
const LIMIT_MS = 1000;

/** How calls end that have no time. */
async function late(clock: "real" | "fake"): Promise<Readonly<Record<string, Outcome>>> {
  await using cluster = await testCluster(Caller, { clock });
  const { target } = cluster.instance(Caller).service;
  const once = outcome(target.once(null, { timeoutMs: LIMIT_MS }));
  const items = outcome(target.items(null, { timeoutMs: LIMIT_MS }));
  const sum = outcome(target.sum(numbers(), { timeoutMs: LIMIT_MS }));
  if (clock === "fake") await cluster.clock.advance(LIMIT_MS);
  const ended = { once: await once, items: await items, sum: await sum };
  await cluster.until(() => cluster.calls.all().every(({ status }) => status === "left"));
  expect(cluster.calls.all().map(({ error }) => error?.code)).toEqual(Array(3).fill("deadline_exceeded"));
  return ended;
}

test("deadlines that the test's own clock judges", async () => {
  const real = await late("real");
  expect(real).toMatchObject({
    once: { code: "deadline_exceeded" },
    items: { code: "deadline_exceeded", items: [1, 2] },
  });
  expect(await late("fake")).toEqual(real);
});
