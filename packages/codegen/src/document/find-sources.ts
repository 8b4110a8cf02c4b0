import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { GenerationError } from "../generation-error.ts";

type Metadata = {
  readonly packages: readonly { id: string; name: string; source: string | null; manifest_path: string }[];
  readonly resolve: { readonly nodes: readonly { id: string; dependencies: readonly string[] }[] };
};

/** The `src` folders and manifests of these crates and of every local crate that they depend on. */
export async function findSources(crates: readonly string[], folder: string): Promise<string[]> {
  const command = ["cargo", "metadata", "--format-version", "1"];
  const child = Bun.spawn(command, { cwd: folder, stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const [text, exitCode] = await Promise.all([child.stdout.text(), child.exited]);
  if (exitCode !== 0) throw new GenerationError(["cargo metadata failed, so it is not known what to watch."]);
  const { packages, resolve } = JSON.parse(text) as Metadata;
  const local = new Map(packages.filter(({ source }) => source === null).map((entry) => [entry.id, entry]));
  const dependencies = new Map(resolve.nodes.map((node) => [node.id, node.dependencies]));
  const open = [...local.values()].filter(({ name }) => crates.includes(name)).map(({ id }) => id);
  const found = new Set<string>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id) || !local.has(id)) continue;
    found.add(id);
    open.push(...(dependencies.get(id) ?? []));
  }
  return [...found]
    .map((id) => local.get(id)?.manifest_path ?? "")
    .flatMap((manifest) => [manifest, join(dirname(manifest), "src")])
    .filter((path) => existsSync(path))
    .toSorted();
}
