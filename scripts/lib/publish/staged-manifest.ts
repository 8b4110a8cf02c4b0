import type { ExportTarget, Manifest } from "./manifest.ts";

/** What differs between a package in the workspace and what is published of it. */
export type Publication = {
  /** The names of the packages that carry its addon. */
  readonly platforms: readonly string[];
  /** Top-level files and folders of what is published. */
  readonly files: readonly string[];
};

/** What a package exports to engines that it does not run on: it says so. */
export const NEEDS_BUN = "./dist/needs-bun.js";

/** Whether it has to be loaded by Node, as JavaScript. */
export function runsOnNode({ engines }: Manifest): boolean {
  return engines?.["node"] !== undefined;
}

/** The sources that a package exports, by their path below `src`. */
export function exportedSources({ exports = {} }: Manifest): string[] {
  return Object.values(exports).flatMap((target) => sourcePath(target) ?? []);
}

/**
 * The package.json that is published. Packages of ours are required in exactly this version. TypeScript gets declarations,
 * Bun the sources as they are, and everything else compiled JavaScript. What only the workspace needs is left out.
 */
export function stagedManifest(manifest: Manifest, { platforms, files }: Publication): Manifest {
  const { name, version, bin, exports, ...others } = manifest;
  const { scripts: _scripts, devDependencies: _tools, main: _main, types: _types, ...rest } = others;
  const node = runsOnNode(manifest);
  const exported = Object.entries(exports ?? {}).map(([path, target]) => [path, conditions(target, node)]);
  const root = exports?.["."] === undefined ? undefined : conditions(exports["."], node);
  return {
    name,
    version,
    ...rest,
    ...pinned(manifest),
    ...(platforms.length === 0
      ? {}
      : { optionalDependencies: Object.fromEntries(platforms.map((each) => [each, version])) }),
    ...(bin === undefined ? {} : { bin: Object.fromEntries(Object.keys(bin).map((each) => [each, binPath(each)])) }),
    // For tools that do not read `exports`.
    ...(typeof root === "object" ? { main: root["default"], types: root["types"] } : {}),
    ...(exports === undefined ? {} : { exports: Object.fromEntries(exported) as Record<string, ExportTarget> }),
    files,
    // Packages with a scope are private otherwise.
    ...{ publishConfig: { access: "public" } },
  };
}

/** Where the program of that name is in what is published. */
export function binPath(name: string): string {
  return `./bin/${name}.js`;
}

function conditions(target: ExportTarget, node: boolean): ExportTarget {
  const source = sourcePath(target);
  if (source === null) return target;
  const path = `./dist/${source.replace(/\.ts$/, "")}`;
  // TypeScript takes the first condition that it knows, so it is the first.
  return { types: `${path}.d.ts`, bun: `./src/${source}`, default: node ? `${path}.js` : NEEDS_BUN };
}

function sourcePath(target: ExportTarget): string | null {
  return typeof target === "string" && target.startsWith("./src/") ? target.slice("./src/".length) : null;
}

function pinned({ version, dependencies, peerDependencies }: Manifest): Partial<Manifest> {
  const pin = (wanted: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(wanted).map(([each, range]) => [each, range.startsWith("workspace:") ? version : range]),
    );
  return {
    ...(dependencies === undefined ? {} : { dependencies: pin(dependencies) }),
    ...(peerDependencies === undefined ? {} : { peerDependencies: pin(peerDependencies) }),
  };
}
