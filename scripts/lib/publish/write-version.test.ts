import { afterAll, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../paths.ts";
import { publicPackages } from "./public-packages.ts";
import { readVersions, writeVersion } from "./write-version.ts";

const folder = mkdtempSync(join(tmpdir(), "stator-version-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("all packages, crates and templates have one version", () => {
  const versions = publicPackages().map(({ manifest }) => manifest.version);
  expect(new Set([...versions, ...readVersions(root)]).size).toBe(1);
});

test("a new version is written everywhere, and nothing else is", () => {
  const files = ["Cargo.toml"];
  for (const name of ["bindings", "bindings-macros", "contract", "contract-macros"]) {
    files.push(`packages/codegen/crates/stator-${name}/Cargo.toml`);
  }
  for (const name of ["app", "contract"]) files.push(`packages/create/template/${name}/package.json`);
  for (const file of files) cpSync(join(root, file), join(folder, file));
  const [before = ""] = readVersions(root);
  writeVersion(folder, "98.7.6");
  expect(new Set(readVersions(folder))).toEqual(new Set(["98.7.6"]));
  writeVersion(folder, before);
  for (const file of files)
    expect(readFileSync(join(folder, file), "utf8")).toBe(readFileSync(join(root, file), "utf8"));
});
