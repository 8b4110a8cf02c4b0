import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isProgram } from "../crates/copied-crates.ts";
import { root } from "../paths.ts";
import { binFile, needsBunFile } from "./bun-only-files.ts";
import { compilePackage } from "./compile-package.ts";
import { packedFiles } from "./pack-package.ts";
import { platformFiles, platformPackages } from "./platform-packages.ts";
import type { WorkspacePackage } from "./public-packages.ts";
import { binPath, exportedSources, NEEDS_BUN, runsOnNode, stagedManifest } from "./staged-manifest.ts";

/** A folder that is published as it is. */
export type StagedPackage = {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  /** The package that it carries an addon for; null for others. */
  readonly carries: string | null;
};

/** What was made of a package of the workspace. */
export type Staged = {
  /** In the order in which they are to be published. */
  readonly packages: readonly StagedPackage[];
  /** Packages of platforms whose addon was not built here. */
  readonly missing: readonly string[];
};

type Files = Map<string, Uint8Array | string>;

/**
 * Makes of a package what is published: sources, compiled JavaScript and declarations, programs, license. Its addons go into
 * packages of their own. Each becomes a folder below `into`.
 */
export async function stagePackage({ folder, manifest }: WorkspacePackage, into: string): Promise<Staged> {
  const { name, version } = manifest;
  const platforms = platformPackages(folder);
  const packages: StagedPackage[] = [];
  for (const each of platforms.filter(({ isBuilt }) => isBuilt)) {
    const files = await platformFiles(each, manifest);
    packages.push({ name: each.name, version, carries: name, folder: write(join(into, each.name), files) });
  }
  const files: Files = new Map<string, Uint8Array | string>(await packedFiles(folder));
  for (const path of files.keys()) if (path.endsWith(".node")) files.delete(path);
  for (const [path, text] of await compiledFiles({ folder, manifest })) files.set(path, text);
  for (const [program, source] of Object.entries(manifest.bin ?? {})) {
    const path = binPath(program).slice(2);
    files.set(path, binFile(program, `../${source.slice(2)}`, manifest));
  }
  const tops = new Set([...files.keys()].map((path) => path.split("/", 1).join()));
  for (const implied of ["package.json", "README.md", "LICENSE"]) tops.delete(implied);
  const published = stagedManifest(manifest, {
    platforms: platforms.map((each) => each.name),
    files: [...tops].toSorted(),
  });
  files.set("package.json", `${JSON.stringify(published, null, 2)}\n`);
  packages.push({ name, version, carries: null, folder: write(join(into, name), files) });
  return { packages, missing: platforms.filter(({ isBuilt }) => !isBuilt).map((each) => each.name) };
}

/** Below `dist`: code for engines other than Bun, and declarations. */
async function compiledFiles({ folder, manifest }: WorkspacePackage): Promise<Files> {
  const entries = exportedSources(manifest);
  if (entries.length === 0) return new Map();
  const compiled = await compilePackage(folder, entries, { declarations: !runsOnNode(manifest) });
  const files: Files = new Map([...compiled].map(([path, text]) => [`dist/${path}`, text]));
  if (!runsOnNode(manifest)) files.set(NEEDS_BUN.slice(2), needsBunFile(manifest));
  return files;
}

function write(folder: string, files: Files): string {
  files.set("LICENSE", readFileSync(join(root, "LICENSE"), "utf8"));
  for (const [path, content] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    if (path.startsWith("bin/") || isProgram(path)) chmodSync(file, 0o755);
  }
  return folder;
}
