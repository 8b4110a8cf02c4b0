import { totalmem } from "node:os";

/** How much memory the workers of one service want. */
export interface MemoryNeed {
  readonly workers: number;
  /** Bytes of each worker; null where nobody says. */
  readonly memory: number | null;
}

/** What is wrong when workers want more memory than the machine has; null if they do not. */
export function memoryShortage(needs: readonly MemoryNeed[], total: number = totalmem()): string | null {
  const wanted = needs.reduce((sum, { workers, memory }) => sum + workers * (memory ?? 0), 0);
  return wanted <= total
    ? null
    : `The workers want ${mebibytes(wanted)} of memory together, and the machine has ${mebibytes(total)}.`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
