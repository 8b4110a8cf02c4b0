/** What one check has found. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "warning" | "failed";
  readonly message: string;
  /** How to mend it; null where there is nothing to mend. */
  readonly remedy: string | null;
}

export function ok(name: string, message: string): Finding {
  return { name, state: "ok", message, remedy: null };
}

export function warning(name: string, message: string, remedy: string): Finding {
  return { name, state: "warning", message, remedy };
}

export function failed(name: string, error: unknown, remedy: string): Finding {
  return { name, state: "failed", message: error instanceof Error ? error.message : String(error), remedy };
}
