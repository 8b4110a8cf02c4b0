import { afterEach, beforeEach, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Document, sealDocument } from "@stator/contract";
import { findSources } from "../src/document/find-sources.ts";
import { parseExact } from "./support/exact-json.ts";

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

/** The command in a folder, with a way to wait for what it prints next. */
function watch(cwd: string, ...options: string[]): AsyncDisposable & { until(part: string): Promise<void> } {
  const child = Bun.spawn([process.execPath, command, "--watch", ...options], {
    cwd,
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  return {
    async until(part) {
      while (!seen.includes(part)) {
        const { done, value } = await output.read();
        if (done) throw new Error(`the command ended after ${seen}`);
        seen += value;
      }
      seen = seen.slice(seen.indexOf(part) + part.length);
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}

test("--watch generates again after each change, and waits when a change is wrong", async () => {
  await using watched = watch(folder, "--from-document");
  const until = (part: string): Promise<void> => watched.until(part);
  await until("Watching (took");
  expect(existsSync(join(folder, "out", "types", "word.ts"))).toBe(true);
  const document = join(folder, "out", "document.json");
  const text = readFileSync(document, "utf8");
  writeFileSync(document, text.replace('"version": 1', '"version": 99'));
  await until("is not a document of version 1");
  const changed = text.replace("Pointers are not seen on the wire.", "Changed.");
  writeFileSync(document, changed);
  await until("was changed by hand: the hash of the document is that of another content.");
  writeFileSync(document, sealDocument(parseExact(changed) as Document).text);
  await until("1 written, 0 removed");
  expect(readFileSync(join(folder, "out", "types", "wrapped.ts"), "utf8")).toContain("/** Changed. */");
});

function schema(limit: number): string {
  return `import { z } from "zod";\nexport const Words = z.object({ text: z.string().max(${limit}) });\n`;
}

/** A service whose schema is in another module. */
function service(from: string): string {
  return (
    'import { endpoint, service } from "@stator/sdk";\n' +
    `import { Words } from "./${from}.ts";\n` +
    '@service({ namespace: "test" })\nexport class App {\n' +
    "  @endpoint({ input: Words, output: Words })\n" +
    "  async call(words: { text: string }): Promise<{ text: string }> {\n    return words;\n  }\n}\n"
  );
}

test("--watch follows the imports of a service's module, and what they come to import", async () => {
  // Packages are found from here.
  const app = mkdtempSync(join(import.meta.dir, "fixtures", "typescript", "watched-"));
  try {
    const write = (name: string, text: string): void => writeFileSync(join(app, name), text);
    write("words.ts", schema(1));
    write("app.ts", service("words"));
    write("stator.codegen.json", JSON.stringify({ outputs: [{ service: "app.ts#App", out: "generated" }] }));
    await using watched = watch(app);
    await watched.until("app.ts#App > generated: ");
    await watched.until("Watching (took");
    const generated = (): string => readFileSync(join(app, "generated", "types", "call-input.ts"), "utf8");
    expect(generated()).toContain("hasChars(text, 0, 1)");
    /** One change may be seen twice, and generate twice: what was said last may belong to the change before. */
    const untilLimitIs = async (limit: number): Promise<void> => {
      while (!generated().includes(`hasChars(text, 0, ${limit})`)) await watched.until("Watching (took");
    };

    write("words.ts", schema(2));
    await untilLimitIs(2);

    write("app.ts", "export class App {");
    await watched.until("Watching for the next change.");

    write("others.ts", schema(3));
    write("app.ts", service("others"));
    await untilLimitIs(3);

    write("others.ts", schema(4));
    await untilLimitIs(4);
  } finally {
    rmSync(app, { recursive: true });
  }
}, 60_000);

test("--check and --watch exclude each other", async () => {
  const child = Bun.spawn([process.execPath, command, "--watch", "--check"], { cwd: folder, stderr: "pipe" });
  expect(await child.exited).toBe(2);
  expect(await child.stderr.text()).toContain("--check and --watch exclude each other");
});

test("what is watched is the crate and the local crates below it", async () => {
  const found = await findSources(["stator-contract-fixtures"], import.meta.dir);
  const crates = join(import.meta.dir, "..", "crates");
  const judge = join(import.meta.dir, "..", "..", "contract", "crates", "stator-judge");
  const own = ["stator-contract", "stator-contract-fixtures", "stator-contract-macros"].map((name) =>
    join(crates, name),
  );
  const expected = [...own, judge].flatMap((crate) => [join(crate, "Cargo.toml"), join(crate, "src")]);
  expect(found).toEqual(expected.toSorted());
  // Cargo may have to fetch what other platforms need.
}, 120_000);
