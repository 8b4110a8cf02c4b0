import type { BoundClass, BoundError, BoundFunction, Document } from "@stator/contract";
import { bindingPath, functionsOfClass, wrapped } from "../emit/bindings/binding-files.ts";
import { reservedWords, usedNames } from "../emit/bindings/names.ts";

const rename = 'Give it another name: #[binding(name = "...")].';

/** Members that every generated class has, or that would change what JavaScript does with its objects. */
const takenMembers = new Set(["constructor", "close", "prototype", "then", "toJSON"]);
const takenFiles = new Set(["bindings/load-addon.ts", "bindings/raw-addon.ts", "bindings/require-addon.ts"]);

/** What TypeScript cannot call. */
export function checkBindings({ bindings }: Document): string[] {
  if (bindings === undefined) return [];
  const { functions, classes } = wrapped(bindings);
  const problems: string[] = [];
  const files = new Map<string, string>();
  for (const { name, rust } of [...functions, ...classes]) {
    if (reservedWords.has(name) || usedNames.has(name) || /^read[A-Z]/.test(name)) {
      problems.push(`${rust}: ${name} is a name that TypeScript or the generated files use themselves. ${rename}`);
    }
    const path = bindingPath(name);
    const other = files.get(path);
    if (takenFiles.has(path)) problems.push(`${rust}: the file ${path} is taken. ${rename}`);
    else if (other !== undefined) problems.push(`${rust} and ${other} share the file ${path}. ${rename}`);
    files.set(path, rust);
  }
  for (const call of [...functions, ...classes.flatMap(functionsOfClass)]) problems.push(...checkErrors(call));
  return [...problems, ...classes.flatMap(checkMembers)];
}

function checkMembers({ statics, methods, getters, setters }: BoundClass): string[] {
  const problems: string[] = [];
  for (const list of [statics, [...methods, ...getters], [...methods, ...setters]]) {
    const names = new Map<string, string>();
    for (const { name, rust } of list) {
      const other = names.get(name);
      if (takenMembers.has(name)) problems.push(`${rust}: generated classes have a ${name} of their own. ${rename}`);
      if (other !== undefined) problems.push(`${rust} and ${other} are both called ${name}. ${rename}`);
      names.set(name, rust);
    }
  }
  return [...new Set(problems)];
}

function checkErrors({ rust, error, itemError }: BoundFunction): string[] {
  const names = [error, itemError].filter((found) => found !== undefined).map(nameOf);
  if (names.includes("")) {
    return [`${rust}: a declared error is a struct or an enum with a name. Use one, or String for a sentence.`];
  }
  const declared = new Set(names.filter((name) => name !== null));
  return declared.size > 1
    ? [`${rust}: opening the stream and its items declare different errors. Use one enum for both.`]
    : [];
}

/** Null for a sentence, empty for a type without a name. */
function nameOf(error: BoundError): string | null {
  if (error.is === "text") return null;
  return error.type.kind === "ref" ? error.type.name : "";
}
