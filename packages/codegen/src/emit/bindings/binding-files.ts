import { type Bindings, type BoundClass, type BoundFunction, kebabCase, type Model } from "@stator/contract";
import { GenerationError } from "../../generation-error.ts";
import { classFile } from "./class-file.ts";
import { declaredErrorFile } from "./declared-error-file.ts";
import { functionFile } from "./function-file.ts";
import { type AddonPlace, loadAddonFile, requireAddonFile } from "./load-addon-files.ts";
import { rawAddonFile } from "./raw-addon-file.ts";
import { declaredError } from "./results.ts";

/** The files of `bindings`, without their headers. */
export function bindingFiles(model: Model, place: AddonPlace | null): [string, string][] {
  const { bindings, crate } = model.document;
  if (bindings === undefined) return [];
  if (place === null) {
    throw new GenerationError([
      `${crate} offers bindings, so the generated files need to know its addon. ` +
        'Add "addon": { "name": "my-addon" } to its output in stator.codegen.json.',
    ]);
  }
  const files: [string, string][] = [
    ["bindings/raw-addon.ts", rawAddonFile(bindings)],
    ["bindings/require-addon.cts", requireAddonFile(place)],
  ];
  const { functions, classes } = wrapped(bindings);
  if (functions.length + classes.length > 0) {
    files.push(["bindings/load-addon.ts", loadAddonFile(bindings, place, crate)]);
  }
  for (const call of functions) files.push([bindingPath(call.name), functionFile(model, call)]);
  for (const bound of classes) files.push([bindingPath(bound.name), classFile(model, bound)]);
  for (const name of declaredErrors(bindings)) {
    files.push([bindingPath(`${name}Exception`), declaredErrorFile(model, model.type(name))]);
  }
  return files;
}

/** What a loader needs beside its own file, the one of a package that loads its addon itself, too. */
export function bindingSupport(place: AddonPlace | null): string[] {
  if (place === null) return [];
  return ["addon-file-name.ts", ...(place.package === null ? [] : ["package-remedy.ts"])];
}

/** Lines of the index. */
export function bindingExports({ document: { bindings } }: Model): string[] {
  if (bindings === undefined) return [];
  const { functions, classes } = wrapped(bindings);
  if (functions.length + classes.length === 0) return [];
  const errors = declaredErrors(bindings).map((name) => `${name}Exception`);
  const names = [...functions.map(({ name }) => name), ...classes.map(({ name }) => name), ...errors];
  return [
    ...names.map((name) => `export { ${name} } from "./${bindingPath(name)}";`),
    'export { BindingError, type BindingErrorCode } from "./support/binding-error.ts";',
    ...(classes.length > 0 ? ['export { NativeObject } from "./support/native-object.ts";'] : []),
    ...(usesStreams(functions, classes) ? ['export type { NativeStream } from "./support/native-stream.ts";'] : []),
  ];
}

/** Relative to the output folder. */
export function bindingPath(name: string): string {
  return `bindings/${kebabCase(name)}.ts`;
}

/** The names of the types that Rust returns as errors. */
export function declaredErrors(bindings: Bindings): string[] {
  const { functions, classes } = wrapped(bindings);
  const calls = [...functions, ...classes.flatMap(functionsOfClass)];
  return [...new Set(calls.map(declaredError).filter((name) => name !== null))];
}

export function functionsOfClass({ construct, statics, methods, getters, setters }: BoundClass): BoundFunction[] {
  return [...(construct === undefined ? [] : [construct]), ...statics, ...methods, ...getters, ...setters];
}

/** The bindings that have a stub. */
export function wrapped({ items }: Bindings): { functions: BoundFunction[]; classes: BoundClass[] } {
  return {
    functions: items.filter((binding) => binding.kind === "function"),
    classes: items.filter((binding) => binding.kind === "class"),
  };
}

function usesStreams(functions: readonly BoundFunction[], classes: readonly BoundClass[]): boolean {
  return [...functions, ...classes.flatMap(functionsOfClass)].some(({ mode }) => mode === "stream");
}
