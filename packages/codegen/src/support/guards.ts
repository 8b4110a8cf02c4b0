import { isPlainObject } from "./objects.ts";

/** Whether a value is a list of such items, and of that length if one is given. */
export function isListOf(value: unknown, isItem: (item: unknown) => boolean, length?: number): boolean {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) return false;
  // A gap is an item too, which `every` would leave out.
  for (let index = 0; index < value.length; index++) {
    if (!isItem(value[index])) return false;
  }
  return true;
}

/** Whether a value is a plain object with such keys and entries. */
export function isMapOf(
  value: unknown,
  isEntry: (entry: unknown) => boolean,
  isKey: (key: string) => boolean = isWellFormed,
): boolean {
  if (!isPlainObject(value)) return false;
  for (const key of Object.keys(value)) {
    if (!isKey(key) || !isEntry(value[key])) return false;
  }
  return true;
}

/** Whether all entries but the known ones are of such a kind. */
export function isRestOf(
  value: Record<string, unknown>,
  known: ReadonlySet<string>,
  isEntry: (entry: unknown) => boolean,
): boolean {
  for (const key of Object.keys(value)) {
    if (!known.has(key) && (!key.isWellFormed() || !isEntry(value[key]))) return false;
  }
  return true;
}

function isWellFormed(key: string): boolean {
  return key.isWellFormed();
}
