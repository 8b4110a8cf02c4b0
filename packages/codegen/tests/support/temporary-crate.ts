import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dir, "..", "..", "..", "..");
const crates = join(root, "packages", "codegen", "crates");

/** Where Cargo puts what it builds for such a crate: beside everything else, so that it is used again. */
export const targetFolder = process.env["CARGO_TARGET_DIR"] ?? join(root, "target");

/**
 * A crate outside of the workspace, with the versions and the profile of this repository. `manifest` stands between its
 * package and its dependencies. Returns its folder.
 */
export function temporaryCrate(name: string, manifest: string, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), `stator-${name}-`));
  cpSync(join(root, "Cargo.lock"), join(folder, "Cargo.lock"));
  const workspace = readFileSync(join(root, "Cargo.toml"), "utf8");
  const version = (dependency: string): string =>
    new RegExp(`^${dependency} = \\{ version = "([^"]+)"`, "m").exec(workspace)?.[1] ?? "";
  const profile = /\[profile\.release\]\n(?:\w.*\n)*/.exec(workspace)?.[0] ?? "";
  const cargo = `[package]
name = "${name}"
version = "0.0.0"
edition = "2024"

[workspace]

${manifest}
[dependencies]
serde = { version = "${version("serde")}", features = ["derive"] }
ts-rs = { version = "${version("ts-rs")}", features = ["no-serde-warnings", "serde-json-impl"] }
stator-contract = { path = ${JSON.stringify(join(crates, "stator-contract"))} }
stator-bindings = { path = ${JSON.stringify(join(crates, "stator-bindings"))} }

${profile}`;
  for (const [path, text] of Object.entries({ ...files, "Cargo.toml": cargo })) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}
