import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

import type { Supervisor } from "./supervisor.ts";

/** Editors write a file in several steps, and people save several files at once. */
const TOGETHER_MS = 150;

/** Has the supervisor load the graph anew when one of its files changes. */
export class GraphWatcher implements Disposable {
  private watchers: FSWatcher[] = [];
  private timer: Timer | null = null;

  constructor(private readonly supervisor: Supervisor) {}

  /** Begins to watch: the folders, since editors replace files. */
  start(): void {
    this.stop();
    const names = new Map<string, Set<string>>();
    for (const file of this.supervisor.files) {
      const folder = dirname(file);
      names.set(folder, (names.get(folder) ?? new Set()).add(basename(file)));
    }
    for (const [folder, files] of names) {
      const watcher = watch(folder, (_event, name) => {
        if (name !== null && files.has(name)) this.changed(name);
      });
      watcher.on("error", (error) => this.supervisor.say(`${folder} is not watched any more: ${String(error)}`));
      this.watchers.push(watcher);
    }
  }

  [Symbol.dispose](): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.stop();
  }

  private changed(name: string): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.supervisor.say(`${name} has changed.`);
      // A new file may have been imported.
      void this.supervisor.reload().then(() => this.start());
    }, TOGETHER_MS);
  }

  private stop(): void {
    for (const watcher of this.watchers.splice(0)) watcher.close();
  }
}
