import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { stringify } from "smol-toml";

import { root } from "../paths.ts";
import { builtWith, requirementOf } from "./cargo-manifest.ts";
import { resolveManifest, type Surroundings } from "./resolve-manifest.ts";
import { CRATES, readWorkspace, type ShippedCrate, shippedCrates } from "./shipped-crates.ts";

/** etcd-client runs protoc when it is built; what finds one goes along with the crate that needs it. */
const PROTOC = { crate: "stator-runtime", from: join(root, ".cargo", "protoc") };

/**
 * Copies the crates that stand in other packages to those of @stator/codegen, with manifests that need no workspace.
 * Gives their names. Files that are as they should be are not touched, so that several may do it at once.
 */
export function shipCrates(crates = CRATES): readonly string[] {
  const all = shippedCrates();
  const surroundings = surroundingsOf(all);
  const copied = all.filter((crate) => crate.copied);
  mkdirSync(crates, { recursive: true });
  const scratch = mkdtempSync(join(dirname(crates), ".shipping-"));
  try {
    for (const crate of copied) writeFolder(join(crates, crate.name), crateFiles(crate, surroundings), scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return copied.map(({ name }) => name);
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

/** The files of a crate without its tests, by their paths in it. */
function crateFiles({ name, folder, manifest }: ShippedCrate, surroundings: Surroundings): Map<string, Uint8Array> {
  const header = `# Made from ${relative(root, folder)}/Cargo.toml: what changes here is lost.\n`;
  const text = header + stringify(resolveManifest(manifest, surroundings));
  const files = new Map<string, Uint8Array>([["Cargo.toml", new TextEncoder().encode(text)]]);
  for (const path of new Bun.Glob("src/**/*").scanSync({ cwd: folder })) {
    if (basename(path) !== "tests.rs") files.set(path, readFileSync(join(folder, path)));
  }
  if (name === PROTOC.crate) files.set("protoc", readFileSync(PROTOC.from));
  return files;
}

/** Each file appears whole: others may read the folder, or write the same into it. */
function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>, scratch: string): void {
  for (const [path, content] of files) {
    const file = join(folder, path);
    if (existsSync(file) && Buffer.compare(readFileSync(file), content) === 0) continue;
    mkdirSync(dirname(file), { recursive: true });
    const fresh = join(scratch, "fresh");
    writeFileSync(fresh, content);
    chmodSync(fresh, path === "protoc" ? 0o755 : 0o644);
    renameSync(fresh, file);
  }
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !files.has(relative(folder, file))) rmSync(file, { force: true });
  }
}
