/** The crates of this package are used from inside of it, where there is no workspace of ours. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

type Requirement = string | { version?: string; path?: string; features?: string[]; "default-features"?: boolean };

interface Manifest {
  readonly package: { readonly version: string; readonly edition: string; readonly "rust-version": string };
  readonly dependencies: Readonly<Record<string, Requirement & object>>;
  readonly lints: Readonly<Record<string, Record<string, unknown>>>;
}

const root = join(import.meta.dir, "..", "..", "..");
const toml = (path: string): unknown => Bun.TOML.parse(readFileSync(join(root, path), "utf8"));

const { workspace } = toml("Cargo.toml") as {
  workspace: {
    package: Record<string, unknown>;
    dependencies: Record<string, Requirement>;
    lints: Record<string, Record<string, unknown>>;
  };
};
const { version } = JSON.parse(readFileSync(join(root, "packages/codegen/package.json"), "utf8")) as {
  version: string;
};

/** The version, the features and whether there are the default ones. */
function wanted(requirement: Requirement | undefined): object {
  const {
    version: number = "",
    features = [],
    "default-features": defaults = true,
  } = typeof requirement === "string" ? { version: requirement } : (requirement ?? {});
  return { number: number.replace("=", ""), features, defaults };
}

const SHIPPED = ["stator-bindings", "stator-bindings-macros", "stator-contract", "stator-contract-macros"];

describe.each(SHIPPED)("%s", (name) => {
  const manifest = toml(`packages/codegen/crates/${name}/Cargo.toml`) as Manifest;

  test("takes nothing from the workspace", () => {
    expect(JSON.stringify(manifest)).not.toContain('"workspace"');
  });

  test("is of the version of the package, and of the Rust of the workspace", () => {
    expect(manifest.package.version).toBe(version);
    for (const key of ["version", "edition", "rust-version", "license"]) {
      expect([key, (manifest.package as Record<string, unknown>)[key]]).toEqual([key, workspace.package[key]]);
    }
  });

  test("can be packed by Cargo, which wants versions of the crates beside it", () => {
    expect(manifest.package).not.toHaveProperty("publish");
    for (const [dependency, requirement] of Object.entries(manifest.dependencies)) {
      if (requirement.path === undefined) continue;
      expect([dependency, requirement]).toEqual([dependency, { path: `../${dependency}`, version }]);
    }
  });

  test("is built with the versions and features that the workspace has", () => {
    for (const [dependency, requirement] of Object.entries(manifest.dependencies)) {
      if (requirement.path !== undefined) continue;
      expect([dependency, wanted(requirement)]).toEqual([dependency, wanted(workspace.dependencies[dependency])]);
    }
  });

  test("is linted as the workspace is", () => {
    // Only crates that are fuzzed know that cfg.
    const { unexpected_cfgs: _, ...rust } = workspace.lints["rust"] ?? {};
    expect(manifest.lints).toEqual({ ...workspace.lints, rust });
  });
});
