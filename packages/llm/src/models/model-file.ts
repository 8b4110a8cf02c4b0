import { join } from "node:path";

import { StatorError } from "@stator/sdk";

/** An object as it stands in a file, whose values nobody has checked yet. */
export type FileObject = Readonly<Record<string, unknown>>;

/** The text of a file in a model's folder; null if there is none. */
export async function readModelText(folder: string, name: string): Promise<string | null> {
  const path = join(folder, name);
  const file = Bun.file(path);
  if (!(await file.exists())) return null;
  try {
    return await file.text();
  } catch (cause) {
    throw new StatorError("invalid_argument", `${path} cannot be read: ${String(cause)}`, { cause });
  }
}

/** The object in a JSON file of a model's folder; null if there is no file. */
export async function readModelObject(folder: string, name: string): Promise<FileObject | null> {
  const text = await readModelText(folder, name);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new StatorError("invalid_argument", `${join(folder, name)} is not JSON: ${String(cause)}`, { cause });
  }
  if (isFileObject(value)) return value;
  throw new StatorError(
    "invalid_argument",
    `${join(folder, name)} has no JSON object; it may be a pointer to the file.`,
  );
}

/** Whether a value is an object that is no list. */
export function isFileObject(value: unknown): value is FileObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
