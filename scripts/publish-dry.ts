/** `bun run publish:dry`: what each public package would publish. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { printSize } from "../packages/codegen/src/addon/print-size.ts";
import { type Budget, budgetOf } from "./lib/publish/budgets.ts";
import { readManifest } from "./lib/publish/manifest.ts";
import { packAll, type Tarball } from "./lib/publish/pack-all.ts";
import { packPackage } from "./lib/publish/pack-package.ts";
import { reviewPackage } from "./lib/publish/review-package.ts";
import { summary, unpackedBytes } from "./lib/publish/summary.ts";

const HELP = `Says what each public package would publish: files, sizes, remarks. Publishes nothing.

Usage: bun run publish:dry [options] [<folder>...]

Without folders it takes all packages of the workspace that are not private, as \`bun run publish:packages\` makes them: with
compiled code, and with a package for each platform whose addon was built. It fails when a package holds what should not
be there: tests, secrets, leftovers, scripts that run at installation, versions that nobody else has, and addons that
are not what their name says; when engines or TypeScript would get its exports wrong (publint, "are the types wrong"); and
when it is larger than its budget. A folder that is named is taken as it is.

Options:
  --files       lists all files, not only the largest
  --out <path>  keeps the tarballs there
  --help        shows this text`;
const LARGEST = 5;

process.exitCode = await main();

async function main(): Promise<number> {
  let options: { values: { files: boolean; help: boolean; out?: string | undefined }; positionals: string[] };
  try {
    options = parseArgs({
      options: {
        files: { type: "boolean", default: false },
        out: { type: "string" },
        help: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
  const { values, positionals } = options;
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const scratch = values.out === undefined ? mkdtempSync(join(tmpdir(), "stator-dry-")) : resolve(values.out);
  try {
    return positionals.length > 0
      ? await showFolders(positionals, scratch, values.files)
      : await showAll(scratch, values.files);
  } finally {
    if (values.out === undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

async function showAll(scratch: string, all: boolean): Promise<number> {
  // It brings a compiler of its own, which nobody waits for otherwise.
  const { checkExports } = await import("./lib/publish/check-exports.ts");
  const { tarballs, missing } = await packAll(scratch);
  let refusals = 0;
  for (const each of tarballs) {
    refusals += show(each, all, [...(await checkExports(each)), ...overBudget(each)]);
  }
  console.log(`\n${summary(tarballs)}`);
  if (missing.length > 0) console.log(`\nNot built here: ${missing.join(", ")}`);
  return end(tarballs.length, refusals);
}

async function showFolders(folders: readonly string[], scratch: string, all: boolean): Promise<number> {
  let refusals = 0;
  for (const [index, folder] of folders.entries()) {
    const { name, version } = readManifest(folder);
    const tarball = join(scratch, `${index}.tgz`);
    refusals += show(
      { name, version, folder, carries: null, tarball, ...(await packPackage(folder, tarball)) },
      all,
      [],
    );
  }
  return end(folders.length, refusals);
}

function end(packages: number, refusals: number): number {
  if (refusals === 0) console.log(`${packages} packages could be published.`);
  else console.error(`${refusals} things should not be published. Leave files out with "files" in package.json.`);
  return refusals === 0 ? 0 : 1;
}

/** Prints a package and gives the number of refusals. */
function show(packed: Tarball, all: boolean, problems: readonly string[]): number {
  const { name, version, packedBytes, files } = packed;
  const sizes = [...files].map(([path, content]) => ({ path, bytes: content.length }));
  console.log(`${name} ${version}`);
  console.log(`  ${sizes.length} files, ${printSize(unpackedBytes(packed))}, packed ${printSize(packedBytes)}`);
  const sorted = all ? sizes : sizes.toSorted((one, other) => other.bytes - one.bytes).slice(0, LARGEST);
  for (const { path, bytes } of sorted) console.log(`  ${printSize(bytes).padStart(10)}  ${path}`);
  if (sorted.length < sizes.length) console.log(`  ${"".padStart(10)}  and ${sizes.length - sorted.length} more`);
  const { refused, remarks } = reviewPackage(files);
  for (const remark of remarks) console.log(`  note: ${remark}`);
  for (const refusal of [...refused, ...problems]) console.error(`  refused: ${refusal}`);
  return refused.length + problems.length;
}

function overBudget(packed: Tarball): string[] {
  const budget = budgetOf(packed.name, packed.carries);
  if (budget === undefined) return ["it has no budget: give it one in scripts/lib/publish/budgets.ts"];
  const sizes: Budget = { packed: packed.packedBytes, unpacked: unpackedBytes(packed) };
  return (["packed", "unpacked"] as const)
    .filter((what) => sizes[what] > budget[what])
    .map((what) => `${printSize(sizes[what])} ${what} are more than its budget of ${printSize(budget[what])}`);
}
