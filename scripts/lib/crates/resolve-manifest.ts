import {
  BUILT_WITH,
  type CargoWorkspace,
  type CrateManifest,
  type Dependencies,
  type DependencyTables,
  type Requirement,
  requirementOf,
} from "./cargo-manifest.ts";

/** How manifests look outside of the workspace. */
export interface Surroundings {
  readonly workspace: CargoWorkspace;
  /** The crates that stand beside this one there, by name. */
  readonly beside: ReadonlySet<string>;
  /** The dependencies of which other people need the very version that we have. Of others it is the least. */
  readonly exact: ReadonlySet<string>;
}

/** What of a manifest is for tests, which stay in the repository. */
const OF_TESTS: ReadonlySet<string> = new Set(["dev-dependencies", "test", "bench", "example"]);

/**
 * The manifest of a crate as it is without its workspace: with everything that it takes from there written out, as
 * `cargo package` does it, but with paths to the crates beside it. Throws for a path to any other crate.
 */
export function resolveManifest(
  manifest: CrateManifest,
  surroundings: Surroundings,
): Readonly<Record<string, unknown>> {
  const { workspace } = surroundings;
  const resolved: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(manifest)) {
    if (OF_TESTS.has(key)) continue;
    if (key === "package") resolved[key] = resolvePackage(manifest.package, workspace);
    else if (key === "lints") resolved[key] = isInherited(value) ? workspace.lints : value;
    else if (key === "target") resolved[key] = resolveTargets(manifest.target ?? {}, surroundings);
    else if (!isDependencyTable(key)) resolved[key] = value;
  }
  return { ...resolved, ...resolveTables(manifest, surroundings) };
}

function resolvePackage(own: CrateManifest["package"], workspace: CargoWorkspace): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(own).map(([key, value]) => [key, isInherited(value) ? workspace.package[key] : value]),
  );
}

function resolveTargets(
  targets: Readonly<Record<string, DependencyTables>>,
  surroundings: Surroundings,
): Readonly<Record<string, unknown>> {
  const resolved = Object.entries(targets).map(([target, tables]) => [target, resolveTables(tables, surroundings)]);
  return Object.fromEntries(resolved) as Record<string, unknown>;
}

function resolveTables(tables: DependencyTables, surroundings: Surroundings): Readonly<Record<string, Dependencies>> {
  return Object.fromEntries(
    BUILT_WITH.flatMap((table) => {
      const dependencies = tables[table];
      if (dependencies === undefined) return [];
      const resolved = Object.entries(dependencies).map(([name, asked]): [string, Requirement] => {
        return [name, place(name, requirementOf(name, asked, surroundings.workspace), surroundings)];
      });
      return [[table, Object.fromEntries(resolved)]];
    }),
  );
}

function place(name: string, requirement: Requirement, { beside, exact }: Surroundings): Requirement {
  if (requirement.path !== undefined) {
    if (!beside.has(name)) throw new Error(`${name} is used by its path, but does not ship.`);
    return { ...requirement, path: `../${name}` };
  }
  const { version } = requirement;
  if (version === undefined) throw new Error(`${name} has no version.`);
  return { ...requirement, version: exact.has(name) ? version : version.replace(/^=/, "") };
}

function isDependencyTable(key: string): boolean {
  return BUILT_WITH.some((table) => table === key);
}

function isInherited(value: unknown): boolean {
  return typeof value === "object" && value !== null && "workspace" in value && value.workspace === true;
}
