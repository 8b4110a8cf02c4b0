import { readFileSync, realpathSync } from "node:fs";
import { dirname, sep } from "node:path";

const isCode = /\.[cm]?[jt]sx?$/;
const loaders = { ts: "ts", tsx: "tsx", js: "js", jsx: "jsx" } as const;

/**
 * These modules and all that they import, directly or through others, without those of installed packages. What cannot
 * be read or found is left out: somebody is still writing it. Nothing is run.
 */
export function findModules(files: readonly string[]): string[] {
  const found = new Set<string>();
  const open = [...files];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    if (isCode.test(file)) open.push(...importsOf(file));
  }
  return [...found].toSorted();
}

function importsOf(file: string): string[] {
  const extension = (/[jt]sx?$/.exec(file)?.[0] ?? "ts") as keyof typeof loaders;
  try {
    const imports = new Bun.Transpiler({ loader: loaders[extension] }).scanImports(readFileSync(file, "utf8"));
    return imports.flatMap(({ path }) => {
      const target = resolveModule(path, dirname(file));
      return target === null ? [] : [target];
    });
  } catch {
    return [];
  }
}

function resolveModule(path: string, folder: string): string | null {
  try {
    // Packages of a workspace are links to folders of their own.
    const target = realpathSync(Bun.resolveSync(path, folder));
    return target.split(sep).includes("node_modules") ? null : target;
  } catch {
    return null;
  }
}
