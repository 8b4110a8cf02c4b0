import { readFileSync } from "node:fs";
import { checkPackage, createPackageFromTarballData, type ResolutionKind } from "@arethetypeswrong/core";
import { problemAffectsResolutionKind } from "@arethetypeswrong/core/problems";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import type { Tarball } from "./pack-all.ts";
import { readManifest } from "./manifest.ts";

/** What engines and tools would get wrong about what a package exports: by publint, and by "are the types wrong". */
export async function checkExports(packed: Tarball): Promise<string[]> {
  const { messages } = await publint({ pkgDir: packed.folder, pack: false, level: "warning", strict: true });
  const manifest = readManifest(packed.folder);
  const problems = messages.map((message) => formatMessage(message, manifest, { color: false }) ?? message.code);
  return manifest.exports?.["."] === undefined ? problems : [...problems, ...(await wrongTypes(packed.tarball))];
}

/** Our packages are ES modules: CommonJS of Node before 22 and the resolution before `exports` cannot have them. */
const RESOLUTIONS: readonly ResolutionKind[] = ["node16-esm", "bundler"];

async function wrongTypes(tarball: string): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  if (!analysis.types) return ["it has no types"];
  return analysis.problems
    .filter((problem) => RESOLUTIONS.some((each) => problemAffectsResolutionKind(problem, each, analysis)))
    .map(({ kind, ...where }) => `types: ${kind} ${JSON.stringify(where)}`);
}
