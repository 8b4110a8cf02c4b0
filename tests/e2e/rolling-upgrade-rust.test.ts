import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cargoProgram } from "../support/cargo-program.ts";
import { Command, until } from "../support/command.ts";
import { type Release, TextsWorker } from "../support/texts-worker.ts";

const root = mkdtempSync(join(tmpdir(), "stator-generations-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let program = "";
beforeAll(async () => {
  program = await cargoProgram("stator-service-fixtures");
}, 600_000);

const TOO_NARROW = "request text: the reader takes a length of at most 100, the writer has no limit";

/** A caller of the first release in Rust: it calls as soon as there is somebody, and says what came of each call. */
class RustCaller implements AsyncDisposable {
  private readonly command: Command;

  constructor(folder: string) {
    this.command = new Command(["caller"], { DYN_FILE_KV: folder, DYN_LOG: "info" }, program);
  }

  get errors(): string[] {
    return this.command.printed.filter((line) => line.startsWith("error "));
  }

  answers(release: Release): number {
    return this.command.printed.filter((line) => line === `answer ${release}`).length;
  }

  /** Waits until these releases have answered so many calls more. */
  async more(count: number, releases: readonly Release[]): Promise<void> {
    const wanted = releases.map((release) => [release, this.answers(release) + count] as const);
    const isDone = () => wanted.every(([release, least]) => this.answers(release) >= least);
    await until(isDone, `there are ${count} more answers of ${releases.join(" and ")} in:\n${this.command.text}`);
  }

  line(pattern: RegExp): Promise<RegExpExecArray> {
    return this.command.line(pattern);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.command[Symbol.asyncDispose]();
  }
}

describe.each(["TypeScript", "Rust"] as const)("a caller in Rust before workers in %s", (language) => {
  const start = (release: Release, folder: string): Promise<TextsWorker> =>
    language === "Rust" ? TextsWorker.inRust(program, release, folder) : TextsWorker.inTypeScript(release, folder);

  test("shares the load between old and new ones that fit", async () => {
    const folder = mkdtempSync(join(root, "kv-"));
    await using caller = new RustCaller(folder);
    await using old = await start(1, folder);
    await caller.more(50, [1]);
    await using young = await start(2, folder);
    await caller.more(50, [1, 2]);
    await caller.line(/INFO .*another contract, and compatible .*path=generations\.texts\.count/);
    expect(await old.stop()).toBe(0);
    await caller.more(50, [2]);
    expect(caller.errors).toEqual([]);
    expect(young.id).not.toBe(old.id);
  }, 120_000);

  test("skips those that would not understand it, and says what breaks when nobody else is left", async () => {
    const folder = mkdtempSync(join(root, "kv-"));
    await using caller = new RustCaller(folder);
    await using old = await start(1, folder);
    await caller.more(50, [1]);
    await using young = await start(3, folder);
    const [warning] = await caller.line(/WARN .*an incompatible contract.* path=generations\.texts\.count.*/);
    expect(warning).toContain(TOO_NARROW);
    expect(warning).toContain(`instance=${young.id}`);
    await caller.more(200, [1]);
    expect(caller.errors).toEqual([]);

    // The last old one leaves: calls fail at once, and say why.
    expect(await old.stop()).toBe(0);
    const [failed] = await caller.line(/^error .*/);
    for (const part of ["version_mismatch", "generations.texts.", String(young.id), TOO_NARROW]) {
      expect(failed).toContain(part);
    }

    // One returns: the same client works again.
    await using back = await start(1, folder);
    await caller.more(50, [1]);
    expect(caller.errors.filter((line) => !line.startsWith("error version_mismatch: "))).toEqual([]);
    expect(caller.answers(3)).toBe(0);
    expect(young.calls).toBe(0);
    expect(back.id).not.toBe(old.id);
  }, 120_000);
});
