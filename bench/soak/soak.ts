/** What the calling process is to do: so many calls or items in so many parts, for a limited time. */
export interface SoakTask {
  readonly kind: "soak";
  readonly of: "unary" | "stream";
  readonly amount: number;
  readonly parts: number;
  readonly limitMs: number;
}

/** What it prints after each part. */
export interface SoakProgress {
  /** Calls or items so far. */
  readonly done: number;
  /** Its resident memory, in bytes. */
  readonly resident: number;
}
