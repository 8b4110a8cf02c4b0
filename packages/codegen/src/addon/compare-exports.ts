import type { Binding, Bindings, BoundFunction, Document, RawClass, RawFunction } from "@stator/contract";
import { parseDocument } from "@stator/contract";
import { functionsOfClass } from "../emit/bindings/binding-files.ts";
import type { ExportedClass, Exports } from "./list-exports.ts";

/** Where a loaded addon and the document that its stubs come from disagree, as sentences. */
export function compareExports(document: Document, exports: Exports): string[] {
  const { bindings } = document;
  if (bindings === undefined) return [`${document.crate} offers no bindings, but there is an addon`];
  const rawClasses = bindings.items.filter((binding) => binding.kind === "rawClass");
  const functions = bindings.items.flatMap(exportNames);
  const problems = [
    ...differences("the export", functions, exports.functions),
    ...differences("the class", namesOf(rawClasses), namesOf(exports.classes)),
    ...exports.others.map((name) => `the addon has ${name}, which is neither a function nor a class`),
  ];
  for (const raw of rawClasses) {
    const found = exports.classes.find(({ name }) => name === raw.name);
    if (found !== undefined) problems.push(...compareClass(raw, found));
  }
  if (exports.document !== null) problems.push(...compareDescriptions(bindings, exports.document));
  return problems;
}

function exportNames(binding: Binding): string[] {
  switch (binding.kind) {
    case "function":
      return [binding.export];
    case "class":
      return functionsOfClass(binding).map((call) => call.export);
    case "rawFunction":
      return [binding.name];
    case "rawClass":
      return [];
  }
}

function compareClass(raw: RawClass, found: ExportedClass): string[] {
  return [
    ...differences(`the method of ${raw.name}`, namesOf(raw.methods), found.methods),
    ...differences(`the static method of ${raw.name}`, namesOf(raw.statics), found.statics),
  ];
}

/** Node-API tells neither how many parameters a function has nor what they are; the addon itself does. */
function compareDescriptions(committed: Bindings, text: string): string[] {
  const built = parseDocument(text, "the addon's document").bindings;
  if (built === undefined || built.hash === committed.hash) return [];
  const before = signatures(committed);
  const after = signatures(built);
  const problems: string[] = [];
  for (const [name, expected] of before) {
    const found = after.get(name);
    if (found !== undefined && found !== expected) {
      problems.push(`${name}: the addon has ${found}, the document has ${expected}`);
    }
  }
  return problems.length > 0 ? problems : ["the addon was built from other types than the document has"];
}

function signatures({ items }: Bindings): Map<string, string> {
  const found = items.flatMap((binding): [string, string][] => {
    switch (binding.kind) {
      case "function":
        return [[binding.export, printBound(binding)]];
      case "class":
        return functionsOfClass(binding).map((call) => [call.export, printBound(call)]);
      case "rawFunction":
        return [[binding.name, printRaw(binding)]];
      case "rawClass":
        return rawFunctions(binding).map((call) => [`${binding.name}.${call.name}`, printRaw(call)]);
    }
  });
  return new Map(found);
}

function rawFunctions({ construct, statics, methods }: RawClass): RawFunction[] {
  return [...(construct === undefined ? [] : [construct]), ...statics, ...methods];
}

function printRaw({ parameters, result }: RawFunction): string {
  return `(${parameters.map(({ name, type }) => `${name}: ${type}`).join(", ")}): ${result}`;
}

function printBound({ mode, parameters, result, error, itemError }: BoundFunction): string {
  const printed = parameters.map(({ name, ...bound }) => `${name}: ${JSON.stringify(bound)}`);
  const failures = [error, itemError].filter((found) => found !== undefined).map((found) => JSON.stringify(found));
  const results = [result === undefined ? "nothing" : JSON.stringify(result), ...failures];
  return `${mode} (${printed.join(", ")}): ${results.join(" or ")}`;
}

function differences(what: string, expected: readonly string[], found: readonly string[]): string[] {
  const has = new Set(found);
  const wants = new Set(expected);
  return [
    ...expected.filter((name) => !has.has(name)).map((name) => `${what} ${name} is missing in the addon`),
    ...found.filter((name) => !wants.has(name)).map((name) => `${what} ${name} of the addon is not in the document`),
  ];
}

function namesOf(list: readonly { readonly name: string }[]): string[] {
  return list.map(({ name }) => name);
}
