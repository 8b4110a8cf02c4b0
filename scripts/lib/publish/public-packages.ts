import { dirname } from "node:path";
import { root } from "../paths.ts";
import { type Manifest, readManifest } from "./manifest.ts";

/** A package of the workspace. */
export type WorkspacePackage = { readonly folder: string; readonly manifest: Manifest };

/** The packages that are published, each after those that it depends on. */
export function publicPackages(): WorkspacePackage[] {
  const packages = [...new Bun.Glob("{packages,apps}/*/package.json").scanSync({ cwd: root, absolute: true })]
    .toSorted()
    .map((path) => ({ folder: dirname(path), manifest: readManifest(dirname(path)) }))
    .filter(({ manifest }) => manifest.private !== true);
  const byName = new Map(packages.map((each) => [each.manifest.name, each]));
  const ordered = new Set<WorkspacePackage>();
  const add = (each: WorkspacePackage): void => {
    const { dependencies, peerDependencies } = each.manifest;
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const needed = byName.get(name);
      if (needed !== undefined && needed !== each) add(needed);
    }
    ordered.add(each);
  };
  for (const each of packages) add(each);
  return [...ordered];
}
