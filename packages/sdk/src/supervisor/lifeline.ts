import { watchParent } from "@stator/runtime-native";

/** The descriptor at which every child holds one end of a pipe whose other end only the supervisor has. */
export const LIFELINE_FD = 3;

/** Time between asking for a drain and the end of the process, when the supervisor is gone. */
const GRACE_MS = 5_000;

/**
 * Ends this process when the supervisor is gone, however it went. A native thread watches, so that it works while the
 * event loop is blocked.
 */
export function watchSupervisor(): void {
  const supervisor = process.ppid;
  watchParent(LIFELINE_FD, GRACE_MS);
  // A supervisor that lives ends the group itself; without one, what this process has started must go with it.
  process.on("exit", () => {
    if (process.ppid !== supervisor) process.kill(-process.pid, "SIGKILL");
  });
}
