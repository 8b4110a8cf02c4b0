import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { root } from "../paths.ts";

/** Text of compiled files, by their path below the folder that they are in. */
export type Compiled = ReadonlyMap<string, string>;

/**
 * Compiles the sources of a package to JavaScript and declarations. Gives what `entries`, paths below `src`, reach. With
 * `declarations` only those of the entries are kept, without code.
 */
export async function compilePackage(
  folder: string,
  entries: readonly string[],
  { declarations = false } = {},
): Promise<Compiled> {
  mkdirSync(join(root, ".stator"), { recursive: true });
  const scratch = mkdtempSync(join(root, ".stator", "compile-"));
  try {
    const src = join(folder, "src");
    const config = {
      extends: join(root, "tsconfig.build.json"),
      compilerOptions: { rootDir: src, outDir: join(scratch, "out"), emitDeclarationOnly: declarations },
      files: entries.map((entry) => join(src, entry)),
    };
    writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify(config));
    const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
    const command = [process.execPath, compiler, "--project", join(scratch, "tsconfig.json")];
    const child = Bun.spawn(command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const [out, error, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    if (exitCode !== 0) throw new Error(`${folder} does not compile:\n${out}${error}`);
    const files = entries.flatMap((entry) => {
      const path = entry.replace(/\.ts$/, "");
      return declarations ? [`${path}.d.ts`] : [`${path}.js`, `${path}.d.ts`];
    });
    return reached(join(scratch, "out"), files);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Files that others name by relative paths, those among them. */
function reached(folder: string, entries: readonly string[]): Compiled {
  const found = new Map<string, string>();
  const open = [...entries];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const isDeclaration = path.endsWith("ts");
    const text = renamed(readFileSync(join(folder, path), "utf8"));
    found.set(path, text);
    for (const specifier of named(text)) {
      const target = posix.join(dirname(path), specifier);
      // What is outside of the folder is no output: package.json, addons.
      if (target.startsWith("..") || !/\.c?js$/.test(target)) continue;
      open.push(isDeclaration ? target.replace(/\.(c?)js$/, ".d.$1ts") : target);
    }
  }
  return found;
}

/** Relative paths in imports, exports, and types that are imported where they stand. */
const RELATIVE = /(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*["'](\.{1,2}\/[^"']+)["']/g;
/** Comments have examples of imports. */
const COMMENT = /^\s*(?:\*|\/[/*])/;

/** The relative paths that a text names. */
function named(text: string): string[] {
  const code = text.split("\n").filter((line) => !COMMENT.test(line));
  return code.flatMap((line) => [...line.matchAll(RELATIVE)].map(([, path = ""]) => path));
}

/** The compiler leaves the extensions of the sources in declarations. */
function renamed(text: string): string {
  return text
    .split("\n")
    .map((line) => (COMMENT.test(line) ? line : line.replaceAll(RELATIVE, withJs)))
    .join("\n");
}

function withJs(whole: string, path: string): string {
  return whole.replace(path, () => path.replace(/\.(c?)ts$/, ".$1js"));
}
