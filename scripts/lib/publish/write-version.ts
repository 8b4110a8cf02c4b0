import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A file that has the version of the packages, and where. The first group is what stands before it. */
type Place = { readonly file: string; readonly pattern: RegExp };

const TOML = /^(version = )"[^"]+"/gm;
/** Crates that ship name those beside them with their version, which `cargo package` asks for. */
const CRATE = /^(stator-[\w-]+ = \{ path = "[^"]+", version = )"[^"]+"/gm;
const PACKAGE = /("@stator\/[\w-]+": )"\d[^"]*"/g;

/**
 * Where the version stands beside the package.json files that changesets writes: the addon says that of its crate, crates are
 * shipped in a package, and a new application is made of packages of its own time.
 */
const places: readonly Place[] = [
  { file: "Cargo.toml", pattern: TOML },
  { file: "Cargo.toml", pattern: CRATE },
  { file: "packages/codegen/crates/stator-bindings/Cargo.toml", pattern: TOML },
  { file: "packages/codegen/crates/stator-bindings/Cargo.toml", pattern: CRATE },
  { file: "packages/codegen/crates/stator-bindings-macros/Cargo.toml", pattern: TOML },
  { file: "packages/codegen/crates/stator-contract/Cargo.toml", pattern: TOML },
  { file: "packages/codegen/crates/stator-contract/Cargo.toml", pattern: CRATE },
  { file: "packages/codegen/crates/stator-contract-macros/Cargo.toml", pattern: TOML },
  { file: "packages/create/template/app/package.json", pattern: PACKAGE },
  { file: "packages/create/template/contract/package.json", pattern: PACKAGE },
];

/** Writes a version to all of them. Throws when one of them has none: it would be forgotten from then on. */
export function writeVersion(root: string, version: string): void {
  for (const { file, pattern } of places) {
    const path = join(root, file);
    const text = readFileSync(path, "utf8");
    if (text.match(pattern) === null)
      throw new Error(`${file} has no version where one is expected (${pattern.source}).`);
    writeFileSync(
      path,
      text.replaceAll(pattern, (_, before: string) => `${before}"${version}"`),
    );
  }
}

/** What stands there now. */
export function readVersions(root: string): string[] {
  return places.flatMap(({ file, pattern }) =>
    [...readFileSync(join(root, file), "utf8").matchAll(pattern)].map(([whole]) => /"([^"]+)"$/.exec(whole)?.[1] ?? ""),
  );
}
