import { readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { stringify } from "smol-toml";

import { root } from "../paths.ts";
import { builtWith, requirementOf } from "./cargo-manifest.ts";
import { resolveManifest, type Surroundings } from "./resolve-manifest.ts";
import { readWorkspace, type ShippedCrate, shippedCrates } from "./shipped-crates.ts";

/** etcd-client runs protoc when it is built; what finds one goes along with the crate that needs it. */
const PROTOC = { crate: "stator-runtime", from: join(root, ".cargo", "protoc") };

/** What @stator/codegen ships of the crates of other packages: the files of each, by its name and by their paths in it. */
export function copiedCrates(): ReadonlyMap<string, ReadonlyMap<string, Uint8Array>> {
  const all = shippedCrates();
  const surroundings = surroundingsOf(all);
  return new Map(all.filter(({ copied }) => copied).map((crate) => [crate.name, filesOf(crate, surroundings)]));
}

/** Whether a file of a crate is a program. */
export function isProgram(path: string): boolean {
  return basename(path) === basename(PROTOC.from);
}

function surroundingsOf(all: readonly ShippedCrate[]): Surroundings {
  const workspace = readWorkspace();
  // The crates of the package say it themselves, with the reason beside it.
  const exact = all
    .filter((crate) => !crate.copied)
    .flatMap(({ manifest }) => builtWith(manifest))
    .flatMap((dependencies) => Object.entries(dependencies))
    .filter(([name, asked]) => requirementOf(name, asked, workspace).version?.startsWith("=") === true)
    .map(([name]) => name);
  return { workspace, beside: new Set(all.map(({ name }) => name)), exact: new Set(exact) };
}

/** The manifest, and the sources without tests. */
function filesOf({ name, folder, manifest }: ShippedCrate, surroundings: Surroundings): Map<string, Uint8Array> {
  const header = `# Made from ${relative(root, folder)}/Cargo.toml: what changes here is lost.\n`;
  const text = header + stringify(resolveManifest(manifest, surroundings));
  const files = new Map<string, Uint8Array>([["Cargo.toml", new TextEncoder().encode(text)]]);
  for (const path of new Bun.Glob("src/**/*").scanSync({ cwd: folder })) {
    if (basename(path) !== "tests.rs") files.set(path, readFileSync(join(folder, path)));
  }
  if (name === PROTOC.crate) files.set(basename(PROTOC.from), readFileSync(PROTOC.from));
  return files;
}
