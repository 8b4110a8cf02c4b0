/** The longest interval that timers take; nothing happens when it passes. */
const INTERVAL = 2 ** 31 - 1;

/** Keeps the process alive while something is counted, and lets it exit when nothing is. */
export class KeepAlive {
  readonly #timer = setInterval(() => {}, INTERVAL).unref();
  #count = 0;

  add(): void {
    if (this.#count++ === 0) this.#timer.ref();
  }

  remove(): void {
    if (--this.#count === 0) this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
