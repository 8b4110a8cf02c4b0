/**
 * What a value holds, as text: equal for equal values, however they are stored, and in whatever order when `sorted`.
 * Reads every key once.
 */
export function snapshot(value: unknown, sorted = false): string {
  switch (typeof value) {
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "object": {
      if (value === null) return "null";
      if (value instanceof Uint8Array) return `${value.constructor.name}(${value.toHex()})`;
      if (Array.isArray(value))
        return `[${Array.from({ length: value.length }, (_, i) => snapshot(value[i], sorted)).join(",")}]`;
      const keys = sorted ? Object.keys(value).toSorted() : Object.keys(value);
      const entries = keys.map(
        (key) => `${JSON.stringify(key)}:${snapshot((value as Record<string, unknown>)[key], sorted)}`,
      );
      return `{${entries.join(",")}}`;
    }
    default:
      return typeof value === "string" ? JSON.stringify(value) : `<${String(value)}>`;
  }
}
