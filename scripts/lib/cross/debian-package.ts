import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { succeed } from "./succeed.ts";

/** A Debian other than that of this machine. */
export interface OtherDebian {
  /** Its name, such as `trixie`. */
  readonly suite: string;
  readonly architecture: string;
}

/**
 * Downloads a Debian package, unpacks it below `scratch`, and gives the folder. Nothing is installed. Of another Debian the
 * list of packages is fetched for this once, from where this machine has its own. Throws when it cannot be had.
 */
export async function debianPackage(name: string, scratch: string, other?: OtherDebian): Promise<string> {
  const folder = mkdtempSync(join(scratch, `${name}-`));
  const options = other === undefined ? [] : await optionsFor(other, folder);
  if (other !== undefined) await succeed(["apt-get", ...options, "update"], folder);
  await succeed(["apt-get", ...options, "download", name], folder);
  const archive = readdirSync(folder).find((file) => file.endsWith(".deb"));
  if (archive === undefined) throw new Error(`apt-get download ${name} left no package behind.`);
  await succeed(["dpkg", "-x", archive, "unpacked"], folder);
  return join(folder, "unpacked");
}

/** Of apt: a state of its own, so that the machine's stays what it is. */
async function optionsFor({ suite, architecture }: OtherDebian, folder: string): Promise<string[]> {
  const targets = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"];
  const archives = (await succeed(["apt-get", ...targets], folder)).split("\n");
  const archive = archives.find((each) => /\/debian\/?$/.test(each));
  if (archive === undefined) throw new Error("apt-get knows no archive of Debian.");
  const state = join(folder, "apt");
  for (const path of ["lists/partial", "cache/archives/partial"]) mkdirSync(join(state, path), { recursive: true });
  writeFileSync(join(state, "status"), "");
  writeFileSync(join(state, "sources.list"), `deb ${archive} ${suite} main\n`);
  return [
    `APT::Architecture=${architecture}`,
    `APT::Architectures::=${architecture}`,
    "Acquire::Languages=none",
    `Dir::State=${state}`,
    `Dir::State::lists=${join(state, "lists")}`,
    `Dir::State::status=${join(state, "status")}`,
    `Dir::Cache=${join(state, "cache")}`,
    `Dir::Etc::sourcelist=${join(state, "sources.list")}`,
    "Dir::Etc::sourceparts=/dev/null",
  ].flatMap((option) => ["-o", option]);
}
