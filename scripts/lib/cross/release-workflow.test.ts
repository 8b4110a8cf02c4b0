import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { listTargets, readTarget } from "../../../packages/codegen/src/addon/addon-target.ts";
import manifest from "../../../package.json" with { type: "json" };
import { root } from "../paths.ts";

interface Job {
  readonly strategy: { readonly matrix: { readonly include: readonly Record<string, string>[] } };
  readonly steps: readonly { readonly run?: string; readonly with?: Readonly<Record<string, string>> }[];
}

const text = readFileSync(join(root, ".github/workflows/release.yml"), "utf8");
const { jobs } = Bun.YAML.parse(text) as { jobs: Readonly<Record<"addon" | "try", Job>> };
const built = jobs.addon.strategy.matrix.include;

test("each target that zig links for, but Windows, is built under the name of its platform", () => {
  const all = listTargets()
    .split("\n")
    .map((line) => readTarget(line.trim().split(" ", 1).join()))
    .filter(({ zig, platform }) => zig && !platform.startsWith("win32"));
  const named = built.map(({ triple, platform }) => `${triple} ${platform}`).toSorted();
  expect(named).toEqual(all.map(({ triple, platform }) => `${triple} ${platform}`).toSorted());
});

test("what is built is tried", () => {
  const tried = jobs.try.strategy.matrix.include.map(({ platform }) => platform);
  expect(tried).toEqual(built.map(({ platform }) => platform));
  const [, program = ""] = /bun (\S+\.ts)$/.exec(jobs.try.steps.at(-1)?.run ?? "") ?? [];
  expect(existsSync(join(root, program))).toBeTrue();
});

test("Bun and Rust are those of the repository", () => {
  const versions = Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap((step) => step.with?.["bun-version"] ?? []),
  );
  expect(versions.map((version) => `bun@${version}`)).toEqual([manifest.packageManager, manifest.packageManager]);
  const [, rust] = /^rust-version = "(.*)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8")) ?? [];
  expect(text).toContain(`rustup default ${rust}.0`);
});
