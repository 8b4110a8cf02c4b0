import { type Field, isIdentifier } from "@stator/contract";
import { isInherited } from "./keys.ts";
import { printKey } from "./print-type.ts";

/** Keys that cannot be the name of a variable, or would hide one that the reader uses. */
const unusable = new Set(
  (
    "value depth key entry rest result undefined Object Array BigInt Infinity Number Math " +
    "INVALID break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if import in instanceof new null return super switch this throw true try typeof var void while with yield " +
    "let static implements interface package private protected public await eval arguments mismatch inside own MAX_DEPTH " +
    "hasOnly emptyMap tooDeep hasBytes hasChars hasItems hasEntries hasLength readEach"
  ).split(" "),
);

/** The name of the variable that holds the value of a field: the key where that can be one. */
export function variableName(field: Field, index: number): string {
  const usable =
    !isInherited(field) &&
    isIdentifier(field.name) &&
    !unusable.has(field.name) &&
    !/^(?:read|is|keysOf|formsOf)[A-Z]|^field\d+$|Given$/.test(field.name);
  return usable ? field.name : `field${index}`;
}

/** A pattern that takes keys out of an object, each into its variable. */
export function printPattern(taken: readonly (readonly [key: string, variable: string])[]): string {
  const parts = taken.map(([key, variable]) => (key === variable ? key : `${printKey(key)}: ${variable}`));
  return `{ ${parts.join(", ")} }`;
}
