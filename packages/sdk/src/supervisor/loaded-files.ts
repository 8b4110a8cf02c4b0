import { sep } from "node:path";

/** The source files that this process has loaded, without those of packages and of this one; a single file has none. */
export function loadedFiles(): string[] {
  if (Bun.isStandaloneExecutable) return [];
  const own = new URL("../", import.meta.url).pathname;
  // Bun lists the modules of both kinds there; `import.meta` has no way to see them.
  const cache = import.meta.require.cache as Readonly<Record<string, unknown>>;
  const inPackages = `${sep}node_modules${sep}`;
  return Object.keys(cache).filter(
    (path) => path.startsWith("/") && !path.includes(inPackages) && !path.startsWith(own),
  );
}
