/** The longest interval that timers take; nothing happens when it passes. */
const INTERVAL = 2 ** 31 - 1;

/** Keeps the process alive while something is counted, and lets it exit when nothing is. */
export class KeepAlive {
  #timer: NodeJS.Timeout | null = null;
  #count = 0;
  #closed = false;

  add(): void {
    if (this.#count++ > 0 || this.#closed) return;
    if (this.#timer === null) this.#timer = setInterval(() => {}, INTERVAL);
    else this.#timer.ref();
  }

  remove(): void {
    if (--this.#count === 0) this.#timer?.unref();
  }

  /** Nothing keeps the process alive from now on, whatever is still counted. */
  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
