import { afterAll, expect, test } from "bun:test";
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { root } from "../paths.ts";
import { builtWith, type CrateManifest, requirementOf } from "./cargo-manifest.ts";
import { shipCrates } from "./ship-crates.ts";
import { readWorkspace, shippedCrates } from "./shipped-crates.ts";

const base = mkdtempSync(join(tmpdir(), "stator-ship-"));
const crates = join(base, "crates");
afterAll(() => rmSync(base, { recursive: true, force: true }));

const copied = shipCrates(crates);
const manifestOf = (name: string): CrateManifest =>
  Bun.TOML.parse(readFileSync(join(crates, name, "Cargo.toml"), "utf8")) as unknown as CrateManifest;

test("what services in Rust are built with is copied", () => {
  expect(copied).toEqual(["stator-judge", "stator-runtime", "stator-service"]);
});

test.each(copied)("%s needs no workspace, and no crate that does not ship", (name) => {
  const manifest = manifestOf(name);
  expect(JSON.stringify(manifest)).not.toContain('"workspace"');
  const shipped = new Set(shippedCrates().map((crate) => crate.name));
  for (const [dependency, asked] of builtWith(manifest).flatMap((each) => Object.entries(each))) {
    const { path, version } = requirementOf(dependency, asked, readWorkspace());
    expect([dependency, version]).toEqual([dependency, expect.stringMatching(/^=?\d+\.\d+\.\d+$/) as string]);
    expect([dependency, path]).toEqual([dependency, shipped.has(dependency) ? `../${dependency}` : undefined]);
  }
});

test.each(copied)("%s has its sources, without tests", (name) => {
  const paths = [...new Bun.Glob("**/*").scanSync({ cwd: join(crates, name) })];
  expect(paths).toContain("src/lib.rs");
  expect(paths.filter((path) => path.startsWith("tests/") || basename(path) === "tests.rs")).toEqual([]);
});

test.each(copied)("git ignores the copy of %s", (name) => {
  expect(readFileSync(join(root, ".gitignore"), "utf8").split("\n")).toContain(`/packages/codegen/crates/${name}/`);
});

test("protoc is found where the runtime is built", () => {
  accessSync(join(crates, "stator-runtime", "protoc"), constants.X_OK);
});

test("a second time it puts right what has changed, and nothing else", () => {
  const kept = join(crates, "stator-judge", "src", "lib.rs");
  const before = statSync(kept).ino;
  const manifest = join(crates, "stator-judge", "Cargo.toml");
  const text = readFileSync(manifest, "utf8");
  writeFileSync(manifest, "");
  const surplus = join(crates, "stator-judge", "src", "surplus.rs");
  writeFileSync(surplus, "");
  shipCrates(crates);
  expect(readFileSync(manifest, "utf8")).toBe(text);
  expect(existsSync(surplus)).toBeFalse();
  expect(statSync(kept).ino).toBe(before);
});
