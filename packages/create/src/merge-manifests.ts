/** A package.json, as far as templates differ in it. */
export interface PackageManifest {
  readonly [key: string]: unknown;
}

/** Lists of names, which npm keeps in the order of the alphabet. */
const SORTED = new Set(["dependencies", "devDependencies"]);

/** The first manifest with what the second one has more, or has otherwise. */
export function mergeManifests(base: PackageManifest, over: PackageManifest): PackageManifest {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = base[key];
    if (!isRecord(before) || !isRecord(value)) {
      merged[key] = value;
      continue;
    }
    const both = Object.entries({ ...before, ...value });
    merged[key] = Object.fromEntries(SORTED.has(key) ? both.toSorted(([a], [b]) => (a < b ? -1 : 1)) : both);
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
