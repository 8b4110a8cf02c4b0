/** The middle of the values that are numbers, of an even number the mean of the two in the middle; `NaN` of none. */
export function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? Number.NaN)) / 2;
}

/** A figure over the rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const numbers = values.filter((value) => !Number.isNaN(value));
  if (numbers.length === 0) return { median: Number.NaN, min: Number.NaN, max: Number.NaN };
  return { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers) };
}
