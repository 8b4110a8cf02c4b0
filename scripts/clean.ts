/** `bun run clean`: removes everything that a build made: Cargo's target, the addon, turbo's cache, packages. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib/paths.ts";

const made = [
  "target",
  ".turbo",
  ".stator",
  "node_modules",
  "bench/peers/npm/node_modules",
  ...built("node_modules"),
  ...built(".turbo"),
  ...addons(),
  ...programs(),
];
for (const path of made) rmSync(join(root, path), { recursive: true, force: true });

function built(folder: string): string[] {
  return [...new Bun.Glob(`{packages,apps}/*/${folder}`).scanSync({ cwd: root, onlyFiles: false, dot: true })];
}

function programs(): string[] {
  return [...new Bun.Glob("apps/*/*/dist").scanSync({ cwd: root, onlyFiles: false })];
}

function addons(): string[] {
  return [...new Bun.Glob("{packages,apps}/**/*.node").scanSync({ cwd: root })].filter(
    (path) => !path.includes("node_modules"),
  );
}
