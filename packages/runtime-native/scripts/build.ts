/**
 * Compiles the addon and puts it beside package.json as `stator.<platform>-<arch>[-<libc>].node`.
 */
import { copyFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { addonFileName } from "../src/addon-file-name.ts";

const packageFolder = join(import.meta.dir, "..");
const workspace = join(packageFolder, "..", "..");

const library = await compile();
const target = join(packageFolder, addonFileName());
// Renamed into place: a running process keeps the old file mapped instead of seeing half of a new one.
const fresh = `${target}.${process.pid}`;
copyFileSync(library, fresh);
renameSync(fresh, target);
console.log(`built ${addonFileName()}`);

/** The path of the compiled library, as Cargo itself reports it: the target folder can be anywhere. */
async function compile(): Promise<string> {
  const cargo = Bun.spawn(
    ["cargo", "build", "--release", "--locked", "-p", "stator-binding", "--message-format", "json-render-diagnostics"],
    { cwd: workspace, stdout: "pipe", stderr: "inherit", stdin: "ignore" },
  );
  const output = await new Response(cargo.stdout).text();
  const exitCode = await cargo.exited;
  if (exitCode !== 0) {
    console.error(`cargo build of stator-binding ended with exit code ${exitCode}.`);
    process.exit(exitCode);
  }
  for (const line of output.split("\n")) {
    if (!line.startsWith('{"reason":"compiler-artifact"')) continue;
    const artifact = JSON.parse(line) as { target: { name: string; kind: string[] }; filenames: string[] };
    if (artifact.target.name !== "stator_binding" || !artifact.target.kind.includes("cdylib")) continue;
    const file = artifact.filenames.find((name) => /\.(so|dylib|dll)$/.test(name));
    if (file !== undefined) return file;
  }
  throw new Error("cargo built stator-binding but named no dynamic library: is its crate-type still cdylib?");
}
