/** The child's descriptors from 3 on: see lifeline.ts, which the supervisor cannot import without loading the addon. */
export const LIFELINE_STDIO = ["pipe"] as const;
