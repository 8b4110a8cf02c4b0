import { readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

import { type ConfigMap, type ConfigNode, overlay, pick } from "./config-tree.ts";
import { configurationError } from "./configuration-error.ts";
import { yamlDocument } from "./yaml-document.ts";

/** Files that extend each other, at most. */
const DEEPEST = 32;
/** Largest file, in bytes. */
const LARGEST = 4 * 1024 * 1024;

/** A file with all that it extends. */
export interface ConfigFile {
  readonly content: ConfigMap;
  /** Every file that was read, absolute. */
  readonly paths: readonly string[];
}

/** Reads a configuration in YAML or JSON with the files that it `extends`: relative to it, and weaker than it. */
export function readConfigFile(path: string, folder: string = process.cwd()): ConfigFile {
  const paths = new Set<string>();
  return { content: read(resolve(folder, path), [path], []), paths: [...paths] };

  function read(file: string, said: readonly string[], chain: readonly string[]): ConfigMap {
    if (chain.includes(file)) {
      throw configurationError(shown(file), `the files extend each other in a circle: ${said.join(" -> ")}.`);
    }
    if (chain.length > DEEPEST) throw configurationError(shown(file), `more than ${DEEPEST} files extend each other.`);
    paths.add(file);
    const document = yamlDocument(text(file), shown(file), "file");
    if (document.kind !== "map") {
      throw configurationError(document.origin.where, "a configuration is a map with services as keys.");
    }
    const below = bases(document).map((base) => read(resolve(dirname(file), base), [...said, base], [...chain, file]));
    const own = pick(document, (key) => key !== "extends");
    return below.reduceRight<ConfigMap>((upper, lower) => overlay(lower, upper) as ConfigMap, own);
  }
}

function bases(document: ConfigMap): string[] {
  const node = document.entries.get("extends") ?? null;
  if (node === null) return [];
  return (node.kind === "list" ? node.items : [node]).map(textOf);
}

/** The text of a node that has to be one: a name or a path. */
export function textOf(node: ConfigNode): string {
  const value = node.kind === "leaf" ? node.readings.at(-1) : null;
  if (typeof value !== "string" || value === "") throw configurationError(node.origin.where, "text is expected here.");
  return value;
}

function text(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) throw configurationError(shown(file), "there is no such file.");
  if (!stats.isFile()) throw configurationError(shown(file), "this is not a file.");
  if (stats.size > LARGEST) throw configurationError(shown(file), `larger than ${LARGEST} bytes.`);
  return readFileSync(file, "utf8");
}

function shown(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}
