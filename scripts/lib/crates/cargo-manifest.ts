/** What a dependency asks for, in the long form. */
export interface Requirement {
  readonly version?: string;
  readonly path?: string;
  readonly features?: readonly string[];
  readonly optional?: boolean;
  readonly "default-features"?: boolean;
  readonly workspace?: boolean;
}

/** A list of dependencies as Cargo.toml has it: a version alone, or the long form. */
export type Dependencies = Readonly<Record<string, string | Requirement>>;

/** The tables with dependencies, which a manifest has once for all targets and once for some. */
export interface DependencyTables {
  readonly dependencies?: Dependencies;
  readonly "build-dependencies"?: Dependencies;
  readonly "dev-dependencies"?: Dependencies;
}

/** A Cargo.toml of a crate, as far as it is looked at here. */
export interface CrateManifest extends DependencyTables {
  readonly package: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly lints?: unknown;
  readonly target?: Readonly<Record<string, DependencyTables>>;
}

/** What crates can take from the Cargo.toml of their workspace. */
export interface CargoWorkspace {
  readonly package: Readonly<Record<string, unknown>>;
  readonly dependencies: Dependencies;
  readonly lints: unknown;
}

/** The tables that a crate is built with; tests do not leave the repository. */
export const BUILT_WITH = ["dependencies", "build-dependencies"] as const;

/** All lists of dependencies that a crate is built with, those of single targets too. */
export function builtWith(manifest: CrateManifest): readonly Dependencies[] {
  return [manifest, ...Object.values(manifest.target ?? {})].flatMap((tables) =>
    BUILT_WITH.flatMap((name) => (tables[name] === undefined ? [] : [tables[name]])),
  );
}

/** A dependency with what it takes from the workspace. Throws when the workspace does not have it. */
export function requirementOf(name: string, asked: string | Requirement, workspace: CargoWorkspace): Requirement {
  const { workspace: inherits, ...own } = longForm(asked);
  if (inherits !== true) return own;
  const shared = workspace.dependencies[name];
  if (shared === undefined) throw new Error(`${name} is not among the dependencies of the workspace.`);
  const base = longForm(shared);
  const features = [...new Set([...(base.features ?? []), ...(own.features ?? [])])];
  return { ...base, ...own, ...(features.length > 0 ? { features } : {}) };
}

function longForm(requirement: string | Requirement): Requirement {
  return typeof requirement === "string" ? { version: requirement } : requirement;
}
