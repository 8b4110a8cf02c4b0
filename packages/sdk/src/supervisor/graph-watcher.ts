import { type FSWatcher, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

import type { Supervisor } from "./supervisor.ts";

/** Editors write a file in several steps, and people save several files at once. */
const TOGETHER_MS = 150;

const SOURCE = /\.(?:[cm]?[jt]sx?|ya?ml|json)$/;

/** Has the supervisor load the graph anew when one of its files changes. */
export class GraphWatcher implements Disposable {
  /** By folder, since editors replace files. */
  private readonly watched = new Map<string, { readonly watcher: FSWatcher; files: ReadonlySet<string> }>();
  private timer: Timer | null = null;

  constructor(private readonly supervisor: Supervisor) {}

  /** Begins to watch the files that the graph is made of now. Those that are watched already lose no change. */
  start(): void {
    const { files, loadedAt } = this.supervisor;
    const folders = Map.groupBy(files, (file) => dirname(file));
    for (const [folder, { watcher }] of this.watched) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.watched.delete(folder);
    }
    for (const [folder, paths] of folders) this.watch(folder, new Set(paths.map((path) => basename(path))));
    // What was changed while the graph was loaded, before anybody watched.
    const late = files.find((file) => isChangedSince(file, loadedAt));
    if (late !== undefined) this.changed(basename(late));
  }

  [Symbol.dispose](): void {
    if (this.timer !== null) clearTimeout(this.timer);
    for (const { watcher } of this.watched.values()) watcher.close();
    this.watched.clear();
  }

  private watch(folder: string, files: ReadonlySet<string>): void {
    const before = this.watched.get(folder);
    if (before !== undefined) {
      before.files = files;
      return;
    }
    const watcher = watch(folder, (_event, name) => {
      if (name === null) return;
      const isOurs = this.watched.get(folder)?.files.has(name) === true;
      // The file to mend may be one that the graph has only now.
      if (isOurs || (this.supervisor.isBroken && SOURCE.test(name))) this.changed(name);
    });
    watcher.on("error", (error) => this.supervisor.say(`${folder} is not watched any more: ${String(error)}`));
    this.watched.set(folder, { watcher, files });
  }

  private changed(name: string): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.supervisor.say(`${name} has changed.`);
      // A new file may have been imported.
      void this.supervisor.reload().then(() => this.start());
    }, TOGETHER_MS);
  }
}

/** A time in the future is a clock that is wrong, and no change. */
function isChangedSince(file: string, time: number): boolean {
  const changedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return changedAt > time && changedAt <= Date.now();
}
