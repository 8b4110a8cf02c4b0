import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { makeApp } from "./make-app.ts";

const CLI = join(import.meta.dir, "create-stator.ts");
const TEMPLATES = join(import.meta.dir, "..", "template");
const base = mkdtempSync(join(tmpdir(), "stator-create-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function create(argv: readonly string[], cwd = base): Promise<Ran> {
  const child = Bun.spawn([process.execPath, CLI, ...argv], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const [code, stdout, stderr] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, stdout, stderr };
}

const filesOf = (folder: string): string[] => [...new Bun.Glob("**/*").scanSync({ cwd: folder, dot: true })].toSorted();

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

const readManifest = (path: string): Manifest => JSON.parse(readFileSync(path, "utf8")) as Manifest;

test("makes an application, and says what comes next", async () => {
  const { code, stdout } = await create(["apps/first"]);
  expect(code).toBe(0);
  expect(stdout).toStartWith(
    `Made first in ${join(base, "apps/first")}.\n\n  cd apps/first\n  bun install\n  bun run dev `,
  );
  expect(filesOf(join(base, "apps/first"))).toEqual([
    ".gitignore",
    "README.md",
    "package.json",
    "src/app.test.ts",
    "src/app.ts",
    "src/greeter.ts",
    "src/messages.ts",
    "stator.yaml",
    "tsconfig.json",
  ]);
  const manifest = readManifest(join(base, "apps/first/package.json"));
  expect(manifest.name).toBe("first");
  expect(manifest.scripts["build"]).toEndWith("--outfile dist/first");
  for (const file of filesOf(join(base, "apps/first"))) {
    expect(readFileSync(join(base, "apps/first", file), "utf8")).not.toContain("my-app");
  }
});

test("--contract lays a crate and what is generated from it over that", async () => {
  expect((await create(["second", "--contract"])).stdout).toContain("bun run codegen");
  const folder = join(base, "second");
  expect(filesOf(folder)).toEqual(
    expect.arrayContaining([
      "Cargo.toml",
      "contract/Cargo.toml",
      "contract/src/lib.rs",
      "contract/src/main.rs",
      "src/app.test.ts",
      "src/generated/document.json",
      "src/generated/index.ts",
      "stator.codegen.json",
    ]),
  );
  expect(filesOf(folder).filter((file) => file.includes(".app."))).toEqual([]);
  expect(readFileSync(join(folder, "contract/Cargo.toml"), "utf8")).toContain("node_modules/@stator/codegen/crates/");
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("node_modules/\ndist/\n.env\ntarget/\n");
  expect(readFileSync(join(folder, "README.md"), "utf8")).toMatch(/^# second\n[^]*\n## The contract\n/);
  const manifest = readManifest(join(folder, "package.json"));
  expect(manifest).toMatchObject({ name: "second", scripts: { dev: expect.any(String), codegen: "stator-codegen" } });
  expect(Object.keys(manifest.dependencies)).toEqual(["@stator/runtime-native", "@stator/sdk", "zod"]);
  expect(Object.keys(manifest.devDependencies)).toEqual(["@stator/codegen", "@types/bun", "typescript"]);
});

test("a folder with nothing but a repository of Git is empty, and may be the one that we are in", async () => {
  const folder = join(base, "cloned");
  mkdirSync(join(folder, ".git"), { recursive: true });
  const { code, stdout } = await create(["."], folder);
  expect([code, stdout]).toEqual([0, expect.not.stringContaining("cd ")]);
  expect(existsSync(join(folder, "package.json"))).toBeTrue();
});

describe("refuses, and writes nothing:", () => {
  test("a folder that has something", async () => {
    const folder = join(base, "full");
    mkdirSync(folder);
    writeFileSync(join(folder, "mine.txt"), "kept");
    expect(await create(["full"])).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("mine.txt") });
    expect(readdirSync(folder)).toEqual(["mine.txt"]);
    expect(await create(["full/mine.txt"])).toMatchObject({ code: 2, stderr: expect.stringContaining("is a file") });
    expect(readFileSync(join(folder, "mine.txt"), "utf8")).toBe("kept");
  });

  test.each<[argv: string[], message: string]>([
    [["My App"], "Such as: my-app."],
    [["---"], "Unknown option"],
    [["_x/.hidden"], "Such as: hidden."],
    [["one", "two"], '"two" is too many'],
    [["--contrct", "x"], "--help lists the options"],
    [[], "Name the folder: bun create @stator my-app."],
  ])("%j", async (argv, message) => {
    const before = readdirSync(base);
    expect(await create(argv)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(message) });
    expect(readdirSync(base)).toEqual(before);
  });

  test("a folder that cannot be written", async () => {
    const { code, stderr } = await create(["/dev/null/app"]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^create-stator: E\w+: .*\/dev\/null/)]);
  });
});

test("has a help and a version", async () => {
  expect(await create(["--help"])).toMatchObject({ code: 0, stdout: expect.stringContaining("--contract") });
  expect((await create(["-v"])).stdout).toBe(`${readManifest(join(TEMPLATES, "../package.json")).version}\n`);
});

/** Types the answers, each when it is asked for, and gives what was shown. */
async function typed(answers: readonly [question: string, answer: string][]): Promise<{ code: number; shown: string }> {
  let shown = "";
  const left = [...answers];
  const child = Bun.spawn([process.execPath, CLI], {
    cwd: base,
    terminal: {
      data(terminal, bytes) {
        shown += new TextDecoder().decode(bytes);
        const [question, answer] = left[0] ?? [];
        if (question === undefined || !shown.includes(question)) return;
        left.shift();
        terminal.write(`${answer}\n`);
      },
    },
  });
  const code = await child.exited;
  child.terminal?.close();
  return { code, shown };
}

describe("on a terminal", () => {
  test("it asks for what it is not told", async () => {
    const { code, shown } = await typed([
      ["Folder of the new application", "asked"],
      ["contract crate in Rust?", "y"],
    ]);
    expect([code, shown]).toEqual([0, expect.stringContaining("Made asked in")]);
    expect(existsSync(join(base, "asked/contract/Cargo.toml"))).toBeTrue();
  });
});

test.each(["packages/create/template/app/README.md", "docs/new-application.md"])("%s names what there is", (page) => {
  const text = readFileSync(join(TEMPLATES, "../../..", page), "utf8");
  const folder = join(base, "named");
  if (!existsSync(folder)) makeApp({ folder, contract: true });
  const { scripts } = readManifest(join(folder, "package.json"));
  const named = [...text.matchAll(/`bun run (\w+)[^`]*`/g)].map(([, script = ""]) => script);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  const files = [...text.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = ""]) => cell.split(", "));
  const paths = files.map((each) => each.replaceAll("`", "")).filter((each) => !/ /.test(each));
  expect(paths.length).toBeGreaterThan(3);
  expect(paths.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
});

test("templates depend on what this repository is built and tested with", () => {
  const { version } = readManifest(join(TEMPLATES, "../package.json"));
  const { devDependencies: known } = readManifest(join(TEMPLATES, "../../../package.json"));
  for (const template of ["app", "contract"]) {
    const { dependencies, devDependencies } = readManifest(join(TEMPLATES, template, "package.json"));
    for (const [name, wanted] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect([name, wanted]).toEqual([name, name.startsWith("@stator/") ? version : (known[name] ?? "")]);
    }
  }
});
