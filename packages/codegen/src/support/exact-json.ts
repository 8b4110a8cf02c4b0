/** How a schema reads and writes JSON. */
export interface JsonCodec {
  parse(text: string): unknown;
  stringify(value: unknown): string;
}

/** JSON in which integers beyond 2^53 are `bigint`. For types that can hold some; all others use plain `JSON`. */
export const exactJson: JsonCodec = {
  parse(text) {
    // Sixteen digits in a row may be such an integer. Most texts have none, and need no second look.
    return /\d{16}/.test(text)
      ? JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown)
      : JSON.parse(text);
  },
  stringify(value) {
    return JSON.stringify(value, writeDigits);
  },
};

function keepDigits(_key: string, value: unknown, context: { source: string }): unknown {
  return typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source)
    ? BigInt(context.source)
    : value;
}

function writeDigits(_key: string, value: unknown): unknown {
  // TypeScript does not know this function yet.
  return typeof value === "bigint"
    ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value))
    : value;
}
