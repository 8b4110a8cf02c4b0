import type { Limits, TypeRef } from "../document.ts";
import { rangeOf } from "./numbers-fit.ts";

type Bound = number | bigint | null;

/** Where a reader's limits are narrower than what a writer may send, as sentences. */
export function limitMisfits(writerType: TypeRef, writer: Limits = {}, reader: Limits = {}): string[] {
  const inner = writerType.kind === "option" ? writerType.of : writerType;
  const range = inner.kind === "int" ? rangeOf(inner) : null;
  return [
    below("length", writer.minLength ?? 0, reader.minLength ?? 0),
    above("length", writer.maxLength ?? null, reader.maxLength ?? null),
    below("value", writer.min ?? range?.min ?? null, reader.min ?? null),
    above("value", writer.max ?? range?.max ?? null, reader.max ?? null),
    below("length in characters", writer.minChars ?? 0, reader.minChars ?? 0),
    above("length in characters", writer.maxChars ?? null, reader.maxChars ?? null),
  ].filter((text) => text !== null);
}

function below(what: string, writer: Bound, reader: Bound): string | null {
  if (reader === null || (writer !== null && writer >= reader)) return null;
  return `the reader wants a ${what} of at least ${reader}, the writer ${writer === null ? "has no limit" : `sends from ${writer}`}`;
}

function above(what: string, writer: Bound, reader: Bound): string | null {
  if (reader === null || (writer !== null && writer <= reader)) return null;
  return `the reader takes a ${what} of at most ${reader}, the writer ${writer === null ? "has no limit" : `sends up to ${writer}`}`;
}
