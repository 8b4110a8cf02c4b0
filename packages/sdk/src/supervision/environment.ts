/** The descriptors that a child has from the supervisor, and the environment that tells it so: see docs/services.md. */
export const LIFELINE_FD = 3;
export const READY_FD = 4;

/** What `stdio` has from descriptor 3 on. */
export const CHILD_STDIO = ["pipe", "pipe"] as const;

/** The variables that make a program a supervised one, in any language. */
export function supervisedEnvironment(drainMs: number): Record<string, string> {
  return {
    STATOR_LIFELINE_FD: String(LIFELINE_FD),
    STATOR_READY_FD: String(READY_FD),
    STATOR_DRAIN_MS: String(drainMs),
  };
}
