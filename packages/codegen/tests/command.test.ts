import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const command = join(import.meta.dir, "..", "src", "cli", "stator-codegen.ts");
const committed = join(import.meta.dir, "fixtures", "generated");

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stator-codegen-"));
  configure({ outputs: [{ crate: "stator-contract-fixtures", out: "out", jsonSchema: true, openApi: true }] });
  mkdirSync(join(folder, "out"));
  cpSync(join(committed, "document.json"), file("document.json"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function file(path: string): string {
  return join(folder, "out", path);
}

function configure(config: unknown): void {
  writeFileSync(join(folder, "stator.codegen.json"), JSON.stringify(config));
}

async function run(...options: string[]): Promise<{ code: number; output: string; errors: string }> {
  const child = Bun.spawn([process.execPath, command, ...options], { cwd: folder, stdout: "pipe", stderr: "pipe" });
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, output, errors };
}

const generate = (...options: string[]): ReturnType<typeof run> => run("--from-document", ...options);

describe("generating", () => {
  test("writes what is committed, byte for byte, and then nothing more", async () => {
    expect(await generate()).toMatchObject({ code: 0 });
    for (const path of [
      "index.ts",
      "types/tree.ts",
      "services/fixture-service.ts",
      "support/schema.ts",
      "json-schema.json",
    ]) {
      expect(readFileSync(file(path), "utf8")).toBe(readFileSync(join(committed, path), "utf8"));
    }
    const second = await generate();
    expect(second.output).toContain("0 written, 0 removed");
  });

  test("removes what it once wrote, and leaves foreign files alone", async () => {
    await generate();
    const stale = file("types/old/gone.ts");
    mkdirSync(file("types/old"));
    writeFileSync(stale, readFileSync(file("types/word.ts")));
    writeFileSync(file("notes.md"), "mine");
    expect((await generate()).output).toContain("0 written, 1 removed");
    expect(existsSync(file("types/old"))).toBe(false);
    expect(readFileSync(file("notes.md"), "utf8")).toBe("mine");
  });

  test("does not write over a file that it did not write", async () => {
    writeFileSync(file("index.ts"), "export const mine = 1;\n");
    const { code, errors } = await generate();
    expect(code).toBe(1);
    expect(errors).toContain("index.ts was not generated, but a generated file goes there. Move it away.");
    expect(readFileSync(file("index.ts"), "utf8")).toBe("export const mine = 1;\n");
    expect(existsSync(file("types"))).toBe(false);
  });
});

describe("--check", () => {
  test("passes when nothing differs", async () => {
    await generate();
    expect(await generate("--check")).toMatchObject({
      code: 0,
      output: expect.stringContaining("up to date") as string,
    });
  });

  test("fails with a diff, and writes nothing", async () => {
    await generate();
    const edited = readFileSync(file("types/strict.ts"), "utf8").replace("a: number;", "a: string;");
    writeFileSync(file("types/strict.ts"), edited);
    rmSync(file("types/word.ts"));
    const { code, output } = await generate("--check");
    expect(code).toBe(1);
    expect(output).toContain("-  a: string;\n+  a: number;");
    expect(output).toContain("/dev/null");
    expect(output).toContain("out is not what stator-contract-fixtures generates (2 files). Run `bun run codegen`.");
    expect(readFileSync(file("types/strict.ts"), "utf8")).toBe(edited);
    expect(existsSync(file("types/word.ts"))).toBe(false);
  });
});

describe("mistakes are named", () => {
  test("in the command line", async () => {
    expect(await run("--chekc")).toMatchObject({ code: 2, errors: expect.stringContaining("--chekc") as string });
    expect((await run("--help")).output).toContain("--check");
  });

  test("in the configuration", async () => {
    configure({ outputs: [{ crate: "", out: "../elsewhere", bins: 1 }] });
    const { code, errors } = await run();
    expect(code).toBe(1);
    expect(errors).toContain(
      "outputs[0].bins: unknown; expected crate, bin, features, service, out, jsonSchema, openApi",
    );
    expect(errors).toContain("outputs[0].out: expected a folder inside of the package");
    expect(errors).toContain("outputs[0].crate: expected text");
    rmSync(join(folder, "stator.codegen.json"));
    expect((await run()).errors).toContain('Expected JSON such as { "outputs"');
  });

  test("in what it says of services", async () => {
    configure({
      outputs: [
        { service: ["a.ts#A", 1], crate: "c", out: "out" },
        { service: [], out: "other" },
      ],
    });
    const { code, errors } = await run();
    expect(code).toBe(1);
    expect(errors).toContain("outputs[0].crate: is for crates; leave it out beside service");
    expect(errors).toContain("outputs[0].service[1]: expected text");
    expect(errors).toContain('outputs[1].service: expected at least one, such as "src/app.ts#Backend"');
    configure({ outputs: [{ service: "missing.ts#A", out: "out" }] });
    expect((await run()).errors).toContain("missing.ts#A: there is no file");
  });

  test("in the document", async () => {
    writeFileSync(file("document.json"), '{\n  "version": 99,\n  "crate": "x"\n}');
    expect((await generate()).errors).toContain("is not a document of version 1");
    writeFileSync(file("document.json"), "{");
    expect((await generate()).errors).toContain("is not JSON");
  });

  test("in the crate", async () => {
    configure({ outputs: [{ crate: "no-such-crate", out: "out" }] });
    const { code, errors } = await run();
    expect(code).toBe(1);
    expect(errors).toContain("no-such-crate: no document (cargo run");
  });
});
