import { integerRange, type Limits, type TypeRef } from "@stator/contract";
import type { Random } from "./random.ts";

/** Values on and beside the limits of a type, mostly within them. */
export class LimitedValues {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** `inner` makes values without limits: items, entries and what stands beside `null`. */
  value(type: TypeRef, limits: Limits, inner: (type: TypeRef) => unknown): unknown {
    switch (type.kind) {
      case "option":
        return this.#random.chance(0.3) ? null : this.value(type.of, limits, inner);
      case "string":
        return this.#text(this.#between(limits.minChars ?? 0, limits.maxChars ?? (limits.minChars ?? 0) + 3));
      case "int": {
        const { min, max } = integerRange(type.bits, type.signed);
        const low = Number(limits.min ?? Math.max(Number(min), Number.MIN_SAFE_INTEGER));
        return this.#between(low, Number(limits.max ?? Math.min(Number(max), Number.MAX_SAFE_INTEGER)));
      }
      case "float": {
        const low = Number(limits.min ?? -1e9);
        const high = Number(limits.max ?? 1e9);
        return this.#random.pick([low, high, low / 2 + high / 2]);
      }
      case "list":
        return Array.from({ length: this.#count(limits) }, () => inner(type.of));
      case "map":
        return Object.fromEntries(
          Array.from({ length: this.#count(limits) }, (_, index) => [`key${index}`, inner(type.value)]),
        );
      default:
        return inner(type);
    }
  }

  #count({ minLength = 0, maxLength = minLength + 3 }: Limits): number {
    return this.#between(minLength, Math.min(maxLength, minLength + 10));
  }

  /** One of the ends, or of what is beside them. */
  #between(low: number, high: number): number {
    return this.#random.chance(0.1)
      ? this.#random.pick([low - 1, high + 1])
      : this.#random.pick([low, high, Math.floor(low / 2 + high / 2)]);
  }

  #text(length: number): string {
    let text = "";
    while (text.length < length) text += this.#random.pick(["a", "ü", "7", "語"]);
    return text;
  }
}
