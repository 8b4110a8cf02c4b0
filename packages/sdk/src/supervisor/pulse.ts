/** How often the pulse is felt for, at most, in each time that it may be missing. */
const PARTS = 4;

/** Notices when a process that used to say that it is alive says so no longer. */
export class Pulse {
  private timer: Timer | null = null;
  private missed = 0;

  constructor(
    /** How long it may be missing, in milliseconds; 0 for as long as it likes. */
    private readonly limitMs: number,
    private readonly lost: () => void,
  ) {}

  /** The process lives. The first time starts the watch: who never says so is not watched. */
  felt(): void {
    this.missed = 0;
    if (this.limitMs === 0) return;
    // Turns of our own loop are counted and not the time: a machine that slept, or is busy, is no blocked process.
    this.timer ??= setInterval(() => {
      this.missed += 1;
      if (this.missed <= PARTS) return;
      this.stop();
      this.lost();
    }, this.limitMs / PARTS);
    this.timer.unref();
  }

  /** Ends the watch until the next sign of life. */
  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.missed = 0;
  }
}
