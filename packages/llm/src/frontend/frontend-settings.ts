import { z } from "zod";

/** What a front end can be told: `--Frontend.maxBodyBytes=1000000`, or a file. */
export const FrontendSettings = z.object({
  /** Largest body of a request, in bytes. */
  maxBodyBytes: z.int().min(1).default(16_777_216),
  /** Longest time until a body is complete, in milliseconds; then 408. */
  bodyTimeoutMs: z.int().min(1).default(30_000),
  /** Requests that are answered at once in one process; more get 429. */
  maxRequests: z.int().min(1).default(8192),
  /** Longest time for a whole answer, in milliseconds; then 504. 0 is no limit. */
  timeoutMs: z.int().min(0).default(0),
  /** Time after which a client that has stopped reading its stream is given up, in milliseconds. */
  stallTimeoutMs: z.int().min(1).default(60_000),
});
export type FrontendSettings = z.infer<typeof FrontendSettings>;
