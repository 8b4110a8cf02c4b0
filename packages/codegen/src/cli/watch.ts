import { existsSync, type FSWatcher, watch as watchPath } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../config/config.ts";
import { findSources } from "../document/find-sources.ts";
import { ContractError } from "@stator/contract";
import { GenerationError } from "../generation-error.ts";
import { generateOutputs, type Mode } from "./generate-outputs.ts";

/** Files that come within this time of each other are one change: editors write several at once. */
const SETTLE_MS = 50;

/** Generates, and again whenever a source changes, until the process is ended. Failures are printed and waited out. */
export async function watchOutputs(config: Config, mode: Mode, print: (text: string) => void): Promise<never> {
  const changes = new Changes();
  for (const path of await sources(config, mode)) changes.watch(path);
  for (;;) {
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
  const crates = config.outputs.map(({ crate }) => crate);
  return await findSources(crates, config.folder);
}

class Changes {
  readonly #watchers: FSWatcher[] = [];
  #changed = Promise.withResolvers<void>();
  #timer: Timer | undefined;

  /** A folder is watched with everything in it; a file through its folder, because editors replace files. */
  watch(path: string): void {
    if (!existsSync(path)) throw new GenerationError([`${path}: there is no such file to watch.`]);
    const isFile = /\.(json|toml)$/.test(path);
    const watcher = watchPath(isFile ? dirname(path) : path, { recursive: !isFile }, (_, name) => {
      if (isFile && name !== null && !path.endsWith(name)) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#changed.resolve(), SETTLE_MS);
    });
    this.#watchers.push(watcher);
  }

  async next(): Promise<void> {
    await this.#changed.promise;
    this.#changed = Promise.withResolvers<void>();
  }
}
