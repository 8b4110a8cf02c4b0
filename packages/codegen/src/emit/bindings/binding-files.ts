import { type BoundFunction, kebabCase, type Model } from "@stator/contract";
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
    ["bindings/require-addon.ts", requireAddonFile(place)],
  ];
  const errors = new Set<string>();
  let wrapped = false;
  const note = (call: BoundFunction): void => {
    const error = declaredError(call);
    if (error !== null) errors.add(error);
  };
  for (const binding of bindings.items) {
    if (binding.kind === "function") {
      wrapped = true;
      note(binding);
      files.push([`bindings/${kebabCase(binding.name)}.ts`, functionFile(model, binding)]);
    } else if (binding.kind === "class") {
      wrapped = true;
      for (const call of classFunctions(binding)) note(call);
      files.push([`bindings/${kebabCase(binding.name)}.ts`, classFile(model, binding)]);
    }
  }
  if (wrapped) files.push(["bindings/load-addon.ts", loadAddonFile(bindings, place, crate)]);
  for (const name of errors) {
    files.push([`bindings/${kebabCase(`${name}Exception`)}.ts`, declaredErrorFile(model, model.type(name))]);
  }
  return files;
}

/** Lines of the index. */
export function bindingExports(model: Model): string[] {
  const items = model.document.bindings?.items ?? [];
  const errors = new Set<string>();
  const lines: string[] = [];
  for (const binding of items) {
    if (binding.kind !== "function" && binding.kind !== "class") continue;
    lines.push(`export { ${binding.name} } from "./bindings/${kebabCase(binding.name)}.ts";`);
    for (const call of binding.kind === "class" ? classFunctions(binding) : [binding]) {
      const error = declaredError(call);
      if (error !== null) errors.add(error);
    }
  }
  for (const name of errors) {
    lines.push(`export { ${name}Exception } from "./bindings/${kebabCase(`${name}Exception`)}.ts";`);
  }
  if (lines.length > 0) {
    lines.push('export { BindingError, type BindingErrorCode } from "./support/binding-error.ts";');
    lines.push('export { NativeObject } from "./support/native-object.ts";');
    lines.push('export type { NativeStream } from "./support/native-stream.ts";');
  }
  return lines;
}

type Class = {
  readonly construct?: BoundFunction;
  readonly statics: readonly BoundFunction[];
  readonly methods: readonly BoundFunction[];
  readonly getters: readonly BoundFunction[];
  readonly setters: readonly BoundFunction[];
};

function classFunctions(bound: Class): BoundFunction[] {
  const { construct, statics, methods, getters, setters } = bound;
  return [...(construct === undefined ? [] : [construct]), ...statics, ...methods, ...getters, ...setters];
}
