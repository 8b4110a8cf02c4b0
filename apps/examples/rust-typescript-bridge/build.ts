/**
 * Compiles what no generator knows of: the functions behind a C ABI and those of napi alone. Puts them here as
 * `c-abi.<platform>.node` and `plain-napi.<platform>.node`.
 */
import { copyFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { libraryPath } from "./support/library-path.ts";

const libraries = [
  ["bridge-c-abi", "c-abi"],
  ["bridge-plain-napi", "plain-napi"],
] as const;

for (const [crate, name] of libraries) {
  const command = ["cargo", "build", "--release", "--package", crate, "--message-format", "json-render-diagnostics"];
  const cargo = Bun.spawnSync(command, { cwd: import.meta.dir, stdio: ["ignore", "pipe", "inherit"] });
  if (!cargo.success) throw new Error(`${crate}: no library (${command.join(" ")})`);
  // Cargo says where it is: the target folder can be anywhere.
  const [library] = cargo.stdout
    .toString()
    .split("\n")
    .filter((line) => line.startsWith('{"reason":"compiler-artifact"'))
    .map((line) => JSON.parse(line) as { target: { name: string }; filenames: string[] })
    .filter(({ target }) => target.name === crate.replaceAll("-", "_"))
    .flatMap(({ filenames }) => filenames)
    .filter((file) => /\.(so|dylib|dll)$/.test(file));
  if (library === undefined) throw new Error(`${crate}: Cargo built no dynamic library`);
  // Renamed into place: a running process keeps the old file mapped instead of seeing half of a new one.
  const target = libraryPath(name);
  copyFileSync(library, `${target}.${process.pid}`);
  renameSync(`${target}.${process.pid}`, target);
  console.log(`${crate} > ${join("rust-typescript-bridge", target.slice(import.meta.dir.length + 1))}`);
}
