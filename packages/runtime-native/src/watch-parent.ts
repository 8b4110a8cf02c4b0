import { fromNative } from "./crossing/from-native.ts";
import { loadAddon } from "./crossing/load-addon.ts";
import { StatorError } from "./stator-error.ts";

/**
 * Ends this process when its parent is gone: when the inherited pipe `fd` reaches its end, SIGTERM asks for an orderly
 * end, and `graceMs` later the process is killed. A native thread watches, so a blocked event loop does not matter.
 */
export function watchParent(fd: number, graceMs: number): void {
  const addon = loadAddon();
  try {
    addon.watchParent(fd, graceMs);
  } catch (thrown) {
    throw new StatorError("invalid_argument", fromNative(thrown).message, { cause: thrown });
  }
}
