/** What a call came to, in one line: its value, or what it threw. */
export function outcome(call: () => unknown): string {
  try {
    return shown(call());
  } catch (error) {
    return thrown(error);
  }
}

/** The same of a promise. */
export async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  try {
    return shown(await promise);
  } catch (error) {
    return thrown(error);
  }
}

/** A value as JavaScript writes it. */
export function shown(value: unknown): string {
  return Bun.inspect(value, { compact: true }).replaceAll("\n", " ");
}

function thrown(error: unknown): string {
  if (!(error instanceof Error)) return `throws ${shown(error)}`;
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return `throws ${error.name}${code}: ${error.message}`;
}
