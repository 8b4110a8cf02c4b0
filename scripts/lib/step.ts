/** Says what is being done now. */
export function announce(what: string, show: "stdout" | "stderr" = "stdout"): void {
  process[show].write(`\n==> ${what}\n`);
}

/** A duration for people: `0.4 s`, `75 s`. */
export function inSeconds(seconds: number): string {
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}
