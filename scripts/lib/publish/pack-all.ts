import { join } from "node:path";
import { shipCrates } from "../crates/ship-crates.ts";
import { type PackedPackage, packPackage } from "./pack-package.ts";
import { publicPackages } from "./public-packages.ts";
import { type StagedPackage, stagePackage } from "./stage-package.ts";

/** A package as it is published. */
export type Tarball = StagedPackage & PackedPackage & { readonly tarball: string };

/** Everything that is published. */
export type Tarballs = {
  /** Each after those that it depends on. */
  readonly tarballs: readonly Tarball[];
  /** Packages of platforms whose addon was not built here. */
  readonly missing: readonly string[];
};

/** Makes the tarballs of all public packages, below `into`, or of those whose folders under `packages` are named. */
export async function packAll(into: string, only?: readonly string[]): Promise<Tarballs> {
  const chosen = publicPackages().filter(
    ({ manifest: { name } }) => only === undefined || only.includes(name.replace("@stator/", "")),
  );
  // Those of other packages that @stator/codegen carries.
  shipCrates();
  const staged = await Promise.all(chosen.map((each) => stagePackage(each, join(into, "packages"))));
  const packages = staged.flatMap((each) => each.packages);
  const tarballs = await Promise.all(
    packages.map(async (each) => {
      const tarball = join(into, `${each.name.replace("@", "").replace("/", "-")}-${each.version}.tgz`);
      return { ...each, tarball, ...(await packPackage(each.folder, tarball)) };
    }),
  );
  return { tarballs, missing: staged.flatMap((each) => each.missing) };
}
