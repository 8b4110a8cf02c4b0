import { existsSync, type FSWatcher, statSync, watch as watchPath } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Config } from "../config/config.ts";
import { findSources } from "../document/find-sources.ts";
import { ContractError } from "@stator/contract";
import { GenerationError } from "../generation-error.ts";
import { findModules } from "../typescript/find-modules.ts";
import { readTargets } from "../typescript/target.ts";
import { generateOutputs, type Mode } from "./generate-outputs.ts";

/** Files that come within this time of each other are one change: editors write several at once. */
const SETTLE_MS = 50;

/** Generates, and again whenever a source changes, until the process is ended. Failures are printed and waited out. */
export async function watchOutputs(config: Config, mode: Mode, print: (text: string) => void): Promise<never> {
  const changes = new Changes();
  for (const path of await sources(config, mode)) changes.watch(path);
  for (;;) {
    // What a module imports may change with it.
    if (!mode.fromDocument) for (const path of modules(config)) changes.watch(path);
    const start = performance.now();
    try {
      await generateOutputs(config, mode, print);
      print(`Watching (took ${Math.round(performance.now() - start)} ms).`);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      print([...error.problems, "Watching for the next change."].join("\n"));
    }
    await changes.next();
  }
}

async function sources(config: Config, mode: Mode): Promise<string[]> {
  if (mode.fromDocument) return config.outputs.map(({ folder }) => join(folder, "document.json"));
  const crates = config.outputs.filter(({ services }) => services.length === 0).map(({ crate }) => crate);
  return crates.length === 0 ? [] : await findSources(crates, config.folder);
}

function modules(config: Config): string[] {
  const services = config.outputs.flatMap((output) => output.services);
  return findModules(readTargets(services, config.folder).map(({ file }) => file));
}

class Changes {
  readonly #watchers = new Map<string, FSWatcher>();
  /** The files that count in a folder that is not watched as a whole. */
  readonly #files = new Map<string, Set<string>>();
  #changed = Promise.withResolvers<void>();
  #timer: Timer | undefined;

  /** A folder is watched with everything in it; a file through its folder, because editors replace files. */
  watch(path: string): void {
    if (!existsSync(path)) throw new GenerationError([`${path}: there is no such file to watch.`]);
    if (statSync(path).isDirectory()) {
      if (!this.#watchers.has(path))
        this.#watchers.set(
          path,
          watchPath(path, { recursive: true }, () => this.#note()),
        );
      return;
    }
    const folder = dirname(path);
    const files = this.#files.get(folder) ?? new Set();
    files.add(basename(path));
    if (this.#files.has(folder)) return;
    this.#files.set(folder, files);
    const watcher = watchPath(folder, (_, name) => {
      if (name === null || files.has(name)) this.#note();
    });
    this.#watchers.set(`${folder}/`, watcher);
  }

  #note(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed.resolve(), SETTLE_MS);
  }

  async next(): Promise<void> {
    await this.#changed.promise;
    this.#changed = Promise.withResolvers<void>();
  }
}
