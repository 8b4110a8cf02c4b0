import { afterEach, beforeEach, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findSources } from "../src/document/find-sources.ts";

const command = join(import.meta.dir, "..", "src", "cli", "stator-codegen.ts");
const committed = join(import.meta.dir, "fixtures", "generated");

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stator-watch-"));
  const config = { outputs: [{ crate: "stator-contract-fixtures", out: "out" }] };
  writeFileSync(join(folder, "stator.codegen.json"), JSON.stringify(config));
  mkdirSync(join(folder, "out"));
  cpSync(join(committed, "document.json"), join(folder, "out", "document.json"));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("--watch generates again after each change, and waits when a change is wrong", async () => {
  await using child = Bun.spawn([process.execPath, command, "--watch", "--from-document"], {
    cwd: folder,
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  const until = async (part: string): Promise<void> => {
    while (!seen.includes(part)) {
      const { done, value } = await output.read();
      if (done) throw new Error(`the command ended after ${seen}`);
      seen += value;
    }
    seen = seen.slice(seen.indexOf(part) + part.length);
  };

  await until("Watching (took");
  expect(existsSync(join(folder, "out", "types", "word.ts"))).toBe(true);
  const document = join(folder, "out", "document.json");
  const text = readFileSync(document, "utf8");
  writeFileSync(document, text.replace('"version": 1', '"version": 99'));
  await until("is not a document of version 1");
  writeFileSync(document, text.replace("Pointers are not seen on the wire.", "Changed."));
  await until("1 written, 0 removed");
  expect(readFileSync(join(folder, "out", "types", "wrapped.ts"), "utf8")).toContain("/** Changed. */");
});

test("--check and --watch exclude each other", async () => {
  const child = Bun.spawn([process.execPath, command, "--watch", "--check"], { cwd: folder, stderr: "pipe" });
  expect(await child.exited).toBe(2);
  expect(await child.stderr.text()).toContain("--check and --watch exclude each other");
});

test("what is watched is the crate and the local crates below it", async () => {
  const found = await findSources(["stator-contract-fixtures"], import.meta.dir);
  const crates = join(import.meta.dir, "..", "crates");
  const names = ["stator-contract", "stator-contract-fixtures", "stator-contract-macros"];
  const expected = names.flatMap((name) => [join(crates, name, "Cargo.toml"), join(crates, name, "src")]);
  expect(found).toEqual(expected.toSorted());
  // Cargo may have to fetch what other platforms need.
}, 120_000);
