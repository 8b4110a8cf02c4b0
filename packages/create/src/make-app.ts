import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { appName } from "./app-name.ts";
import { mergeManifests, type PackageManifest } from "./merge-manifests.ts";
import { UsageError } from "./usage-error.ts";

/** What is to be made. */
export interface NewApp {
  /** The absolute path of its folder, which is empty or not there. Its last part is the name. */
  readonly folder: string;
  /** Whether the messages come from a contract crate in Rust. */
  readonly contract: boolean;
}

/** The name that the application has in its template, where it also runs under it. */
const TEMPLATE_NAME = "my-app";

const TEMPLATES = join(import.meta.dir, "..", "template");

/** Writes the files of a new application. Gives its name. Refuses a folder that holds anything but `.git`. */
export function makeApp({ folder, contract }: NewApp): string {
  const name = appName(basename(folder));
  checkEmpty(folder);
  const files = templateFiles("app");
  if (contract) layOver(files, templateFiles("contract"));
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    // Nothing that has come meanwhile is written over.
    writeFileSync(file, text.replaceAll(TEMPLATE_NAME, name), { flag: "wx" });
  }
  return name;
}

function checkEmpty(folder: string): void {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) throw new UsageError(`${folder} is a file; name a folder that is new or empty.`);
  const [first] = readdirSync(folder).filter((each) => each !== ".git");
  if (first !== undefined) {
    throw new UsageError(`${folder} is not empty: it has ${first}. Name a folder that is new or empty.`);
  }
}

/** What a template holds, by the paths that an application has. */
function templateFiles(template: string): Map<string, string> {
  const folder = join(TEMPLATES, template);
  const paths = [...new Bun.Glob("**/*").scanSync({ cwd: folder })].filter((path) => !isOfRepository(path));
  return new Map(paths.toSorted().map((path) => [appPath(path), readFileSync(join(folder, path), "utf8")]));
}

/** Cargo.toml is for the workspace that the template stands in. */
function isOfRepository(path: string): boolean {
  return basename(path) === "Cargo.toml";
}

/** Packages leave out a `.gitignore`, and take one of Cargo's manifests for a crate of theirs. */
function appPath(path: string): string {
  return path.replace(/(^|\/)gitignore$/, "$1.gitignore").replace(/Cargo\.app\.toml$/, "Cargo.toml");
}

/** Puts the files of one template over those of another: what both have is replaced, or goes on where it ended. */
function layOver(files: Map<string, string>, over: ReadonlyMap<string, string>): void {
  for (const [path, text] of over) {
    const before = files.get(path);
    if (before !== undefined && path === "package.json") files.set(path, mergedManifest(before, text));
    else if (before !== undefined && !path.startsWith("src/")) files.set(path, before + text);
    else files.set(path, text);
  }
}

function mergedManifest(before: string, over: string): string {
  const [base, more] = [before, over].map((text) => JSON.parse(text) as PackageManifest);
  return `${JSON.stringify(mergeManifests(base ?? {}, more ?? {}), null, 2)}\n`;
}
