import { describe, expect, test } from "bun:test";

import type { CrateManifest } from "./cargo-manifest.ts";
import { resolveManifest, type Surroundings } from "./resolve-manifest.ts";

const surroundings: Surroundings = {
  workspace: {
    package: { version: "1.2.3", license: "Apache-2.0" },
    dependencies: {
      plain: "=1.0.1",
      rich: { version: "=2.0.0", "default-features": false, features: ["one"] },
      pinned: "=3.0.0",
      ours: { path: "packages/somewhere/ours", version: "1.2.3" },
      apart: { path: "packages/somewhere/apart" },
    },
    lints: { rust: { unused_must_use: "deny" } },
  },
  beside: new Set(["ours"]),
  exact: new Set(["pinned"]),
};
const INHERITED = { workspace: true };

function resolve(manifest: Partial<CrateManifest> & Record<string, unknown>): Readonly<Record<string, unknown>> {
  return resolveManifest({ package: { name: "a" }, ...manifest }, surroundings);
}

test("the package and the lints are those of the workspace where they are inherited", () => {
  const own = { name: "a", version: INHERITED, license: INHERITED, edition: "2024" };
  expect(resolve({ package: own, lints: INHERITED })).toEqual({
    package: { name: "a", version: "1.2.3", license: "Apache-2.0", edition: "2024" },
    lints: { rust: { unused_must_use: "deny" } },
  });
});

test("an exact version becomes the least one, unless it has to be that", () => {
  expect(resolve({ dependencies: { plain: INHERITED, pinned: INHERITED, own: "=0.1.0" } })["dependencies"]).toEqual({
    plain: { version: "1.0.1" },
    pinned: { version: "=3.0.0" },
    own: { version: "0.1.0" },
  });
});

test("what the crate says more than the workspace is kept", () => {
  const rich = { workspace: true, optional: true, features: ["two", "one"] };
  expect(resolve({ dependencies: { rich } })["dependencies"]).toEqual({
    rich: { version: "2.0.0", "default-features": false, optional: true, features: ["one", "two"] },
  });
});

test("a crate that ships is beside the one that uses it", () => {
  const ours = { path: "../ours", version: "1.2.3" };
  expect(resolve({ dependencies: { ours: INHERITED } })["dependencies"]).toEqual({ ours });
});

test("single targets and build scripts have dependencies, too; tests go", () => {
  const target = {
    "cfg(unix)": { "build-dependencies": { plain: INHERITED }, "dev-dependencies": { rich: INHERITED } },
  };
  const more = { features: { big: ["dep:rich"] }, lib: { test: false }, test: [{ name: "t" }] };
  expect(resolve({ target, ...more, "dev-dependencies": { apart: INHERITED } })).toEqual({
    package: { name: "a" },
    features: { big: ["dep:rich"] },
    lib: { test: false },
    target: { "cfg(unix)": { "build-dependencies": { plain: { version: "1.0.1" } } } },
  });
});

describe("what nobody else could build is refused", () => {
  test.each([
    ["a path to a crate that does not ship", { apart: INHERITED }, "apart is used by its path, but does not ship."],
    [
      "a dependency that the workspace lacks",
      { lost: INHERITED },
      "lost is not among the dependencies of the workspace.",
    ],
    ["one without a version", { loose: { features: ["x"] } }, "loose has no version."],
  ])("%s", (_, dependencies, message) => {
    expect(() => resolve({ dependencies })).toThrow(message);
  });
});
