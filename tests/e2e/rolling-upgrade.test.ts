import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DistributedRuntime, StatorError } from "@stator/runtime-native";

import { TextsClient, TextsContract } from "../../packages/codegen/tests/fixtures/generations/generated/first/index.ts";
import { until, within } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { TextsWorker } from "../support/texts-worker.ts";

const root = mkdtempSync(join(tmpdir(), "stator-generations-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const TOO_NARROW = "request text: the reader takes a length of at most 100, the writer has no limit";

/** A caller of the first generation, in this process. */
class Caller implements AsyncDisposable {
  /** Which releases have answered, with the number of calls. */
  readonly answers = new Map<number, number>();
  readonly errors: unknown[] = [];
  private busy: Promise<void>[] = [];
  private isOver = false;

  private constructor(
    readonly runtime: DistributedRuntime,
    readonly client: TextsClient,
  ) {}

  static async of(folder: string): Promise<Caller> {
    const runtime = await DistributedRuntime.create({ discovery: "file", filePath: folder });
    return new Caller(runtime, await TextsClient.connect(runtime));
  }

  /** Calls without a pause, eight at a time, both kinds of endpoint. */
  load(): void {
    this.busy = Array.from({ length: 8 }, async () => {
      while (!this.isOver) await this.call().catch((error: unknown) => this.errors.push(error));
    });
  }

  /** Waits until these releases have answered so many calls more. */
  async more(count: number, releases: readonly number[]): Promise<void> {
    const wanted = new Map(releases.map((release) => [release, (this.answers.get(release) ?? 0) + count]));
    const isDone = () => [...wanted].every(([release, least]) => (this.answers.get(release) ?? 0) >= least);
    await until(() => this.errors.length > 0 || isDone(), `${count} more answers of ${releases.join(" and ")}`);
  }

  async stop(): Promise<unknown[]> {
    this.isOver = true;
    await Promise.all(this.busy);
    return this.errors;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.runtime.shutdown();
  }

  private async call(): Promise<void> {
    const text = "a text with six words ".repeat(10);
    const pieces: string[] = [];
    for await (const piece of this.client.cut({ text })) pieces.push(piece.text);
    const { words, release } = await this.client.count({ text });
    if (pieces.length !== words) throw new Error(`${pieces.length} pieces, ${words} words`);
    this.answers.set(release, (this.answers.get(release) ?? 0) + 1);
  }
}

test("an upgrade that fits: old and new workers share the load, and nobody notices the change", async () => {
  const folder = mkdtempSync(join(root, "kv-"));
  await using caller = await Caller.of(folder);
  await using old = await TextsWorker.inTypeScript(1, folder);
  await caller.client.waitForInstances();
  caller.load();
  await caller.more(50, [1]);
  await using young = await TextsWorker.inTypeScript(2, folder);
  await caller.more(50, [1, 2]);
  expect(await old.stop()).toBe(0);
  await caller.more(50, [2]);
  await using other = await TextsWorker.inTypeScript(2, folder);
  expect(await young.stop()).toBe(0);
  await caller.more(50, [2]);
  expect(await caller.stop()).toEqual([]);
  expect(other.id).not.toBe(young.id);
}, 120_000);

test("an upgrade that breaks callers: they stay with the old workers as long as there are any", async () => {
  const folder = mkdtempSync(join(root, "kv-"));
  await using caller = await Caller.of(folder);
  await using old = await TextsWorker.inTypeScript(1, folder);
  await caller.client.waitForInstances();
  caller.load();
  await caller.more(50, [1]);
  await using young = await TextsWorker.inTypeScript(3, folder);
  const { endpoints } = TextsContract;
  await using watching = await caller.runtime.endpoint("generations.texts.count").client({ contract: endpoints.count });
  const known = (id: bigint) => watching.instances().find((instance) => instance.instanceId === id);
  await until(() => known(young.id)?.compatibility === "incompatible", "the new worker is known to be incompatible");
  expect(known(young.id)?.breaks).toContain(TOO_NARROW);
  expect(known(old.id)).toMatchObject({ compatibility: "compatible", contract: endpoints.count.hash.slice(0, 32) });
  await caller.more(200, [1]);
  expect(await caller.stop()).toEqual([]);
  expect([...caller.answers.keys()]).toEqual([1]);
  expect(young.calls).toBe(0);

  // The last old one leaves: calls fail at once, and say why.
  await old.stop();
  await until(() => known(old.id) === undefined, "the old worker is gone");
  const error = await within(failure(caller.client.count({ text: "a" })), "the error", 5_000);
  expect(error).toMatchObject({ code: "version_mismatch", instanceId: young.id });
  for (const part of ["generations.texts.count", String(young.id), TOO_NARROW]) expect(error.message).toContain(part);
  const streamed = failure(Array.fromAsync(caller.client.cut({ text: "a" })));
  expect(await within(streamed, "the error", 5_000)).toMatchObject({ code: "version_mismatch" });
  expect(young.calls).toBe(0);

  // One returns: the same client works again.
  await using back = await TextsWorker.inTypeScript(1, folder);
  await caller.client.waitForInstances();
  expect(await caller.client.count({ text: "a b" })).toEqual({ words: 2, release: 1 });
  expect((await Array.fromAsync(caller.client.cut({ text: "a b" }))).map((piece) => piece.text)).toEqual(["a", "b"]);
  expect(back.id).not.toBe(old.id);
}, 120_000);

test("a worker whose event loop is blocked still answers for its contract", async () => {
  const folder = mkdtempSync(join(root, "kv-"));
  await using caller = await Caller.of(folder);
  await using blocked = await TextsWorker.inTypeScript(3, folder, "blocked");
  const call = failure(caller.client.count({ text: "a" }));
  const error = await within(call, "the error");
  expect(error).toBeInstanceOf(StatorError);
  expect(error).toMatchObject({ code: "version_mismatch", instanceId: blocked.id });
  blocked.kill();
}, 120_000);
