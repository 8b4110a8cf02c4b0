/** The whole programs that the pages show keep the rules of the compiler that the workspace has. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";

import { pagesWithPrograms, programsOf } from "./support/documented-programs.ts";

const root = join(import.meta.dir, "..", "..", "..");

test("the programs of the pages compile", async () => {
  // Below the root, where the programs find what they import.
  mkdirSync(join(root, ".stator"), { recursive: true });
  const folder = mkdtempSync(join(root, ".stator", "docs-types-"));
  try {
    const files = pagesWithPrograms().flatMap((page) =>
      programsOf(page).map((code, index) => {
        const file = `${page.replaceAll("/", "-")}-${index + 1}.ts`;
        writeFileSync(join(folder, file), code);
        return file;
      }),
    );
    expect(files.length).toBeGreaterThan(10);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.base.json", files }));
    const compiler = Bun.spawn([process.execPath, "x", "tsc", "--project", folder], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    expect(await compiler.stdout.text()).toBe("");
    expect(await compiler.exited).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);
