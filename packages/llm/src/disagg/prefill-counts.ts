/** Where the prompts of a decode worker were read. */
export interface PrefillCounts {
  /** There, because that was best. */
  readonly local: number;
  /** By a prefill worker. */
  readonly remote: number;
  /** There, because no prefill worker did in time. */
  readonly fallback: number;
}
