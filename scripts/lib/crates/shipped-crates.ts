/** The crates that @stator/codegen ships: what contracts, services and addons in Rust are built with. */
import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { root } from "../paths.ts";
import { builtWith, type CargoWorkspace, type CrateManifest, requirementOf } from "./cargo-manifest.ts";

/** The folder, below the package, in which all of them stand side by side. */
export const CRATES = join(root, "packages", "codegen", "crates");

/** What applications depend on; the rest follows from their manifests. */
const USED = ["stator-contract", "stator-bindings", "stator-service"];

export interface ShippedCrate {
  readonly name: string;
  /** Its absolute path in the repository. */
  readonly folder: string;
  readonly manifest: CrateManifest;
  /** Whether it stands in another package, so that it has to be copied into this one. */
  readonly copied: boolean;
}

export function readWorkspace(): CargoWorkspace {
  return (readToml(root) as { workspace: CargoWorkspace }).workspace;
}

/** All of them in the order of their names: those that applications use, and those that these are built with. */
export function shippedCrates(workspace = readWorkspace()): readonly ShippedCrate[] {
  const found = new Map<string, ShippedCrate>();
  const add = (name: string, folder: string): void => {
    if (found.has(name)) return;
    const manifest = readToml(folder) as CrateManifest;
    found.set(name, { name, folder, manifest, copied: relative(CRATES, folder) !== name });
    for (const dependencies of builtWith(manifest)) {
      for (const [dependency, asked] of Object.entries(dependencies)) {
        const { path } = requirementOf(dependency, asked, workspace);
        // A path of the workspace is one from its root.
        const inherits = typeof asked !== "string" && asked.workspace === true;
        if (path !== undefined) add(dependency, resolve(inherits ? root : folder, path));
      }
    }
  };
  for (const name of USED) add(name, resolve(root, requirementOf(name, { workspace: true }, workspace).path ?? ""));
  return [...found.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function readToml(folder: string): unknown {
  return Bun.TOML.parse(readFileSync(join(folder, "Cargo.toml"), "utf8"));
}
