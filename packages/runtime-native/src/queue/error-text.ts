/** What is kept of something that was thrown; never throws itself. */
export function errorText(error: unknown): string | null {
  if (error === undefined) return null;
  try {
    return shown(error).toWellFormed();
  } catch {
    return "an error that cannot be shown";
  }
}

function shown(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return typeof error === "string" ? error : JSON.stringify(error);
}
