/** Further attempts that may be made at once by a dependency that has been quiet. */
const RESERVE = 10;

/** Keeps a cluster that fails from being called several times as often: attempts are paid for by calls. */
export class RetryBudget {
  private left = RESERVE;

  /** `share`: further attempts for each call. */
  constructor(private readonly share: number) {}

  /** A call is made. */
  earn(): void {
    this.left = Math.min(RESERVE, this.left + this.share);
  }

  /** Whether one more attempt may be made; it is paid for then. */
  spend(): boolean {
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
