/** Numbers that have a place of their own. A power of two. */
const PLACES = 1_024;

/**
 * Values by numbers that are given one after another. The lowest bits of a number are its place; who finds it taken, by one that
 * has been there for long, goes into a map. So most are found without hashing. 0 is no number.
 */
export class Numbered<T extends object> {
  readonly #numbers = new Uint32Array(PLACES);
  readonly #values: (T | undefined)[] = Array.from({ length: PLACES }, () => undefined);
  readonly #others = new Map<number, T>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(number: number): T | undefined {
    const place = number & (PLACES - 1);
    if (this.#numbers[place] === number) return this.#values[place];
    return this.#others.size === 0 ? undefined : this.#others.get(number);
  }

  has(number: number): boolean {
    return this.get(number) !== undefined;
  }

  /** Adds a value under a number that has none. */
  add(number: number, value: T): void {
    const place = number & (PLACES - 1);
    this.#size++;
    if (this.#values[place] === undefined) {
      this.#numbers[place] = number;
      this.#values[place] = value;
    } else {
      this.#others.set(number, value);
    }
  }

  /** Says whether there was one. */
  delete(number: number): boolean {
    const place = number & (PLACES - 1);
    if (this.#values[place] !== undefined && this.#numbers[place] === number) {
      this.#numbers[place] = 0;
      this.#values[place] = undefined;
    } else if (!this.#others.delete(number)) {
      return false;
    }
    this.#size--;
    return true;
  }

  /** All of them, in no order; what is added meanwhile may be left out. */
  values(): T[] {
    return [...this.#values.filter((value) => value !== undefined), ...this.#others.values()];
  }
}
