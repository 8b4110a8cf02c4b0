import { exactJson } from "../generated/support/exact-json.ts";

/** A copy without the keys that are null, but for those that OpenAI's answers always have. */
export function withoutNulls<T extends object>(value: T, kept: readonly (keyof T)[] = []): object {
  return Object.fromEntries(
    Object.entries(value).filter(([key, entry]) => entry !== null || kept.includes(key as keyof T)),
  );
}

/** JSON text of an answer; integers beyond 2^53, as in the arguments of tools, stay exact. */
export function jsonText(value: unknown): string {
  return exactJson.stringify(value);
}
