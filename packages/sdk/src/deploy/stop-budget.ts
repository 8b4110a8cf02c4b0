/** What `stator serve` gives a drained process to end by itself, and some time for the rest, in seconds. */
const SLACK_S = 5;
/** How long a proxy may still send requests to a process that is about to stop, in seconds. */
export const PROXY_S = 5;

/** How long a process may take to stop before it is killed, in whole seconds. */
export function stopSeconds(drainMs: number): number {
  return Math.ceil(drainMs / 1000) + SLACK_S;
}
