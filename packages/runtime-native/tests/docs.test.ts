import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";

const packageFolder = join(import.meta.dir, "..");
const page = readFileSync(join(packageFolder, "..", "..", "docs", "runtime.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "stator-docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The rows of the table below a heading, as lists of cells without code marks. */
function rows(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
}

describe("docs/runtime.md", () => {
  const examples = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);

  const OUTPUT = [
    ["one", "two", "three"],
    ["0", "1", "2", "0", "[ 0, 1, 2 ]", "3"],
    ["87f86c6c5f35c2c775cc187eab98e8fd", "87f86c6c5f35c2c775cc187eab98e8fd compatible []"],
    ["1", "3", "6"],
    ["not_found 404 there is no order 7 {", "  id: 7,", "}"],
    [],
  ];

  test.each(OUTPUT.map((output, index) => [index + 1, output] as const))("example %i runs", async (number, output) => {
    const program = join(folder, `example-${number}.ts`);
    const code = examples[number - 1] ?? "throw new Error('there is no such example')";
    writeFileSync(program, code.replaceAll('"@stator/runtime-native"', JSON.stringify(packageFolder)));
    const child = Bun.spawn([process.execPath, program], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_ENV: "production" },
    });
    const printed = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    expect(printed.split("\n").filter((line) => line !== "")).toEqual(output);
  });

  test("no example is left out", () => {
    expect(examples).toHaveLength(OUTPUT.length);
  });

  /** Defaults that are no values. */
  const IN_WORDS: Readonly<Record<string, string>> = {
    filePath: "private to the project and the user",
    memoryCluster: "none",
  };

  test("the table of settings is that of the core", () => {
    const source = readFileSync(
      join(packageFolder, "crates", "stator-runtime", "src", "config", "runtime_config.rs"),
      "utf8",
    );
    const settings = [...source.matchAll(/((?: +\/\/\/ .*\n)+) +\w+ \("(\w+)", (?:None|Some\("(\w+)"\))\)/g)].map(
      ([, about = "", option, variable = ""]) => {
        const [, text] = /Default:? `?([^`,. ]+)/.exec(about.replaceAll(/\s+\/\/\/ /g, " ")) ?? [];
        return [option, variable, text];
      },
    );
    expect(settings.length).toBeGreaterThan(15);
    const table = rows("Configuration").map(([option, variable, value]) => [option, variable, value]);
    const known = settings.map(([option, variable, value]) => [
      option,
      variable,
      IN_WORDS[option ?? ""] ?? (option?.endsWith("ost") ? "127.0.0.1" : value),
    ]);
    expect(table).toEqual(known);
  });
});
