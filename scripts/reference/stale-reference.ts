import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../lib/paths.ts";
import { REFERENCE } from "./reference-pages.ts";

/** The pages of the reference that are not as they were made now: changed, missing, or made no more. */
export function staleReference(made: ReadonlyMap<string, string>): string[] {
  const there = [...new Bun.Glob(`${REFERENCE}/**/*`).scanSync(root)];
  return [...new Set([...made.keys(), ...there])].toSorted().filter((path) => made.get(path) !== read(path));
}

function read(path: string): string | undefined {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined;
}
