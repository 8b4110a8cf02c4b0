/** `bun run version:packages`: makes a new version of all packages from the changesets that have gathered. */
import { join } from "node:path";
import { root } from "./lib/paths.ts";
import { readManifest } from "./lib/publish/manifest.ts";
import { publicPackages } from "./lib/publish/public-packages.ts";
import { writeVersion } from "./lib/publish/write-version.ts";
import { run } from "./lib/run.ts";

if (process.argv.length > 2) {
  console.log(`Makes a new version of all packages from the changesets in .changeset: versions, changelogs, crates, templates,
lockfiles, and generated code, which says what runtime it is for. Commits nothing. Takes no options.

Usage: bun run version:packages`);
  process.exit(process.argv[2] === "--help" ? 0 : 2);
}
const sdk = join(root, "packages", "sdk");
const before = readManifest(sdk).version;
await must("node_modules/@changesets/cli/bin.js", "version");
const { version } = readManifest(sdk);
if (version === before) {
  console.error("There is no changeset: `bun run changeset` makes one.");
  process.exit(1);
}
writeVersion(root, version);
// The targets of the fuzzer have a lockfile of their own.
for (const folder of [".", "packages/runtime-native/crates/stator-runtime/fuzz"]) {
  await mustRun(["cargo", "update", "--workspace", "--offline", "--manifest-path", `${folder}/Cargo.toml`]);
}
await must("install");
const codegen = join(root, "packages", "codegen", "src", "cli", "stator-codegen.ts");
for (const config of new Bun.Glob("{packages,apps}/*/stator.codegen.json").scanSync(root)) {
  // Paths of outputs are relative to the file.
  await must(codegen, "--from-document", "--config", join(root, config));
}
console.log(
  `${publicPackages().length} packages are ${version} now. Build, test and commit it; then bun run publish:packages.`,
);

function must(...parameters: string[]): Promise<void> {
  return mustRun([process.execPath, ...parameters]);
}

async function mustRun(command: string[]): Promise<void> {
  const { exitCode } = await run(command);
  if (exitCode !== 0) throw new Error(`${command.join(" ")} failed (exit code ${exitCode}).`);
}
