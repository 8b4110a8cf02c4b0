/** `bun run publish:dry`: what each public package would publish. */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { printSize } from "../packages/codegen/src/addon/print-size.ts";
import { root } from "./lib/paths.ts";
import { packPackage } from "./lib/publish/pack-package.ts";
import { reviewPackage } from "./lib/publish/review-package.ts";

const HELP = `Says what each public package would publish: files, sizes, remarks. Publishes nothing.

Usage: bun run publish:dry [options] [<folder>...]

Without folders it takes all packages of the workspace that are not private. It fails when a package holds what should
not be there: tests, secrets, leftovers, scripts that run at installation, versions that nobody else has, and addons that
are not what their name says.

Options:
  --files  lists all files, not only the largest
  --help   shows this text`;
const LARGEST = 5;

process.exitCode = await main();

async function main(): Promise<number> {
  let options: { values: { files: boolean; help: boolean }; positionals: string[] };
  try {
    options = parseArgs({
      options: { files: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
      allowPositionals: true,
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
  if (options.values.help) {
    console.log(HELP);
    return 0;
  }
  let refusals = 0;
  const folders = options.positionals.length > 0 ? options.positionals : publicPackages();
  for (const folder of folders) refusals += await show(folder, options.values.files);
  if (refusals === 0) console.log(`${folders.length} packages could be published.`);
  else console.error(`${refusals} things should not be published. Leave them out with "files" in package.json.`);
  return refusals === 0 ? 0 : 1;
}

type Manifest = { readonly name: string; readonly version: string; readonly private?: boolean };

function publicPackages(): string[] {
  return [...new Bun.Glob("{packages,apps}/*/package.json").scanSync({ cwd: root, absolute: true })]
    .filter((path) => readManifest(dirname(path)).private !== true)
    .map(dirname)
    .toSorted();
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** Prints a package and gives the number of refusals. */
async function show(folder: string, all: boolean): Promise<number> {
  const { name, version } = readManifest(folder);
  const { packedBytes, files } = await packPackage(folder);
  const sizes = [...files].map(([path, content]) => ({ path, bytes: content.length }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`${name} ${version} (${relative(root, folder)})`);
  console.log(`  ${sizes.length} files, ${printSize(total)}, packed ${printSize(packedBytes)}`);
  const sorted = all ? sizes : sizes.toSorted((one, other) => other.bytes - one.bytes).slice(0, LARGEST);
  for (const { path, bytes } of sorted) console.log(`  ${printSize(bytes).padStart(10)}  ${path}`);
  if (sorted.length < sizes.length) console.log(`  ${"".padStart(10)}  and ${sizes.length - sorted.length} more`);
  const { refused, remarks } = reviewPackage(files);
  for (const remark of remarks) console.log(`  note: ${remark}`);
  for (const refusal of refused) console.error(`  refused: ${refusal}`);
  return refused.length;
}
