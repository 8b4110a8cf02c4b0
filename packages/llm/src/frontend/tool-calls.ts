import type { JsonValue } from "../generated/support/json.ts";

type JsonObject = { readonly [key: string]: JsonValue };

/** Calls of tools that come in pieces: the first has id and name, the others go on with the arguments. */
export class ToolCalls {
  private readonly calls = new Map<number, Record<string, JsonValue>>();

  add(pieces: readonly JsonValue[]): void {
    for (const piece of pieces) {
      if (!isObject(piece)) continue;
      const { index, function: given, ...rest } = piece;
      const at = typeof index === "number" ? index : this.calls.size;
      const call = this.calls.get(at) ?? { type: "function" };
      for (const [key, value] of Object.entries(rest)) if (value !== null) call[key] = value;
      if (isObject(given)) call["function"] = joined(call["function"], given);
      this.calls.set(at, call);
    }
  }

  /** In the order of their indexes; null for none. */
  whole(): JsonValue[] | null {
    if (this.calls.size === 0) return null;
    return [...this.calls].toSorted(([a], [b]) => a - b).map(([, call]) => call);
  }
}

function joined(before: JsonValue | undefined, piece: JsonObject): JsonObject {
  const call: Record<string, JsonValue> = isObject(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(piece)) {
    if (value === null) continue;
    const known = call[key];
    call[key] = key === "arguments" && typeof known === "string" && typeof value === "string" ? known + value : value;
  }
  return call;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
