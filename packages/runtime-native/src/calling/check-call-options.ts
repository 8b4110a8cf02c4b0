import { StatorError } from "../stator-error.ts";
import type { CallOptions } from "./call-options.ts";

/** Refuses a signal that is none, and an id and metadata that cannot travel, with `invalid_argument` and the path. */
export function checkCallOptions({ signal, id, metadata, onOver }: CallOptions): void {
  checkSignal(signal);
  if (onOver !== undefined && typeof onOver !== "function") {
    throw new StatorError("invalid_argument", `onOver is a ${typeof onOver}; pass a function`);
  }
  if (id !== undefined) checkText("id", id);
  if (id === "") throw new StatorError("invalid_argument", "id is empty; leave it out if there is none");
  if (metadata === undefined) return;
  for (const key of Object.keys(metadata)) {
    if (!key.isWellFormed()) {
      throw new StatorError("invalid_argument", `the metadata key ${JSON.stringify(key)} has a lone surrogate`);
    }
    checkText(`metadata.${key}`, metadata[key]);
  }
}

/** Refuses what is no `AbortSignal`: calls without types may pass anything. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined || typeof signal?.addEventListener === "function") return;
  throw new StatorError("invalid_argument", "signal is no AbortSignal; pass the signal of an AbortController");
}

function checkText(path: string, value: unknown): void {
  if (typeof value !== "string") {
    throw new StatorError("invalid_argument", `${path} is a ${typeof value}; it must be a string`);
  }
  if (!value.isWellFormed()) {
    throw new StatorError("invalid_argument", `${path} has a lone surrogate, which cannot be written as UTF-8`);
  }
}
