import type { GpuInventory } from "./gpu-inventory.ts";

/** A hair, so that ten tenths are one. */
const HAIR = 1e-9;

/** Gives GPUs to workers and takes them back: whole ones to one worker each, parts of one to several. */
export class GpuPool {
  /** How much of each is taken. */
  private readonly taken: Map<string, number>;

  constructor(
    inventory: GpuInventory,
    /** Hands out more than there is, the least taken first. */
    private readonly oversubscribe = false,
  ) {
    this.taken = new Map(inventory.map((gpu) => [gpu, 0]));
  }

  /** `2 GPUs are`, for messages. */
  get text(): string {
    return this.taken.size === 1 ? "1 GPU is" : `${this.taken.size} GPUs are`;
  }

  /** The GPUs for one worker that needs `amount`; null when there are not enough. None for 0. */
  take(amount: number): string[] | null {
    if (amount <= 0) return [];
    const count = Math.max(1, Math.floor(amount));
    const part = Math.min(1, amount);
    const free = [...this.taken].filter(([, taken]) => taken + part <= 1 + HAIR);
    // A part goes where there is least room left for it, so that whole ones stay whole.
    const order = free.toSorted(([, a], [, b]) => (part < 1 ? b - a : a - b));
    const chosen = order.slice(0, count).map(([gpu]) => gpu);
    if (chosen.length < count) {
      if (!this.oversubscribe || this.taken.size < count) return null;
      const least = [...this.taken].toSorted(([, a], [, b]) => a - b).slice(0, count);
      return this.note(
        least.map(([gpu]) => gpu),
        part,
      );
    }
    return this.note(chosen, part);
  }

  /** Takes back what `take(amount)` gave. */
  give(gpus: readonly string[], amount: number): void {
    this.note(gpus, -Math.min(1, amount));
  }

  /** How many workers of this kind still find room. */
  room(amount: number): number {
    const copy = new GpuPool([]);
    for (const [gpu, taken] of this.taken) copy.taken.set(gpu, taken);
    let count = 0;
    while (amount > 0 && copy.take(amount) !== null) count++;
    return count;
  }

  private note(gpus: readonly string[], part: number): string[] {
    for (const gpu of gpus) this.taken.set(gpu, (this.taken.get(gpu) ?? 0) + part);
    return [...gpus];
  }
}
