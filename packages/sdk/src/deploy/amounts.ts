const UNITS = ["", "Ki", "Mi", "Gi", "Ti"] as const;

/** Bytes with the largest unit that holds them exactly: `536870912` to `512Mi`. */
export function binaryAmount(bytes: number, units: readonly string[] = UNITS): string {
  let [amount, at] = [bytes, 0];
  while (at < units.length - 1 && amount % 1024 === 0) [amount, at] = [amount / 1024, at + 1];
  return `${amount}${units[at] ?? ""}`;
}

/** Cores as thousandths where they are no whole number: `0.3` to `300m`. */
export function coreAmount(cores: number): string {
  return Number.isInteger(cores) ? String(cores) : `${Math.max(1, Math.round(cores * 1000))}m`;
}
