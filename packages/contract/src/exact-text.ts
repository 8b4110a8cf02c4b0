/** JSON text with integers of any size, with indents where asked. */
export function exactText(value: unknown, indent?: number): string {
  return JSON.stringify(value, writeDigits, indent);
}

function writeDigits(_key: string, value: unknown): unknown {
  // TypeScript does not know this function yet.
  return typeof value === "bigint"
    ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value))
    : value;
}
