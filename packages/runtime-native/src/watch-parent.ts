import { loadAddon } from "./crossing/load-addon.ts";

/**
 * Ends this process when its parent is gone: when the inherited pipe `fd` reaches its end, SIGTERM asks for an orderly
 * end, and `graceMs` later the process is killed. A native thread watches, so a blocked event loop does not matter.
 */
export function watchParent(fd: number, graceMs: number): void {
  loadAddon().watchParent(fd, graceMs);
}
