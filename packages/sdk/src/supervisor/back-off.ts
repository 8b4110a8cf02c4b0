/** How restarts are spaced out and when they end. Times in milliseconds. */
export interface BackOffLimits {
  readonly firstMs: number;
  readonly mostMs: number;
  /** A process that has run this long has recovered: counting starts again. */
  readonly stableMs: number;
  /** After so many failures in a row the worker is held back. */
  readonly mostFailures: number;
}

export const BACK_OFF: BackOffLimits = { firstMs: 200, mostMs: 10_000, stableMs: 30_000, mostFailures: 6 };

/** Counts the failures of one worker. */
export class BackOff {
  private failures = 0;

  constructor(private readonly limits: BackOffLimits = BACK_OFF) {}

  /** How long to wait before the next start after a run of `ranMs`; null when it is to be held back. */
  next(ranMs: number): number | null {
    this.failures = ranMs >= this.limits.stableMs ? 1 : this.failures + 1;
    if (this.failures >= this.limits.mostFailures) return null;
    return Math.min(this.limits.mostMs, this.limits.firstMs * 2 ** (this.failures - 1));
  }
}
