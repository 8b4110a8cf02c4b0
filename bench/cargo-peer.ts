import { join } from "node:path";

import { root } from "../scripts/lib/paths.ts";

/** What has been built by this process: name and path of the binary. */
const built = new Map<string, Promise<string>>();

/**
 * Builds the Cargo package in the folder, once, below `.stator/bench/peers`; gives the path of its binary. What is compiled
 * of the core is elsewhere: neither waits for the other.
 */
export function cargoPeer(name: string, folder: string): Promise<string> {
  let path = built.get(name);
  if (path === undefined) {
    path = build(name, folder);
    built.set(name, path);
  }
  return path;
}

async function build(name: string, folder: string): Promise<string> {
  const target = join(root, ".stator", "bench", "peers");
  const manifest = join(folder, "Cargo.toml");
  const cargo = Bun.spawn(["cargo", "build", "--release", "--locked", "--quiet", "--manifest-path", manifest], {
    env: { ...process.env, CARGO_TARGET_DIR: target },
    stdio: ["ignore", "ignore", "inherit"],
  });
  if ((await cargo.exited) !== 0) throw new Error(`the peer ${name} did not compile; the output is above`);
  return join(target, "release", `${name}-peer`);
}
