import type { WorkerScore } from "../generated/index.ts";

/**
 * The place of the score that wins. With temperature 0 it is one with the smallest cost, at random among equals; else each has the
 * chance `exp(-(cost - smallest) / ((largest - smallest) * temperature))`, as in the original. `random`: from 0 to below 1.
 */
export function pickWorker(scores: readonly WorkerScore[], temperature: number, random: () => number): number {
  const costs = scores.map(({ cost }) => cost);
  const smallest = Math.min(...costs);
  const range = Math.max(...costs) - smallest;
  if (temperature === 0 || range === 0) {
    const best = costs.flatMap((cost, at) => (cost === smallest ? [at] : []));
    return best[Math.floor(random() * best.length)] ?? 0;
  }
  const weights = costs.map((cost) => Math.exp(-(cost - smallest) / (range * temperature)));
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [at, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return at;
  }
  return weights.length - 1;
}
