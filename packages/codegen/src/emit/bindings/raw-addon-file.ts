import {
  type Bindings,
  type BoundFunction,
  type BoundParameter,
  isIdentifier,
  type RawClass,
  type RawFunction,
  type RawType,
} from "@stator/contract";
import { Imports } from "../imports.ts";
import { printDocs } from "../print-docs.ts";
import { variable } from "./names.ts";
import { rawForm, rawResultType } from "./results.ts";

/** The file that declares what the addon really exports. */
export function rawAddonFile(bindings: Bindings): string {
  const imports = new Imports();
  const members: string[] = [];
  const classes: string[] = [];
  for (const binding of bindings.items) {
    switch (binding.kind) {
      case "function":
        members.push(bound(imports, binding, false));
        break;
      case "class":
        if (binding.construct !== undefined) members.push(bound(imports, binding.construct, false));
        members.push(...binding.statics.map((call) => bound(imports, call, false)));
        for (const call of [...binding.methods, ...binding.getters, ...binding.setters]) {
          members.push(bound(imports, call, true));
        }
        break;
      case "rawFunction":
        members.push(`${printDocs(binding.docs, "  ")}  ${signature(binding)}`);
        break;
      case "rawClass":
        members.push(`  readonly ${binding.name}: ${constructorType(binding)};`);
        classes.push(rawClass(binding));
        break;
    }
  }
  const about =
    "What the addon exports. Only generated files and the crossing of the package that has the addon use it.";
  const addon = `${printDocs(about)}export interface RawAddon {\n${members.join("\n")}\n}`;
  return [imports.print().join("\n"), addon, ...classes]
    .filter((part) => part !== "")
    .map((part) => `${part}\n`)
    .join("\n");
}

function bound(imports: Imports, call: BoundFunction, self: boolean): string {
  const result = imports.type("../support/binding-error.ts", "RawResult");
  const parameters = [
    ...(self ? ["object: number"] : []),
    ...call.parameters
      .filter(({ is }) => is !== "callback")
      .map((parameter) => `${variable(parameter.name)}: ${rawParameter(parameter)}`),
  ];
  return `  ${key(call.export)}(${parameters.join(", ")}): ${result}<${rawResultType(call)}>;`;
}

function rawParameter(parameter: BoundParameter): string {
  if (parameter.is !== "value") return "number";
  const nullable = parameter.form !== "json" && parameter.type.kind === "option" ? " | null" : "";
  return `${rawForm(parameter.form)}${nullable}`;
}

function rawClass(raw: RawClass): string {
  const methods = raw.methods.map((method) => `${printDocs(method.docs, "  ")}  ${signature(method)}`);
  return `${printDocs(raw.docs)}export interface ${raw.name} {\n${methods.join("\n")}\n}`;
}

function constructorType(raw: RawClass): string {
  const parameters = raw.construct === undefined ? "...parameters: never[]" : printParameters(raw.construct);
  const made = `new (${parameters}) => ${raw.name}`;
  if (raw.statics.length === 0) return made;
  return `(${made}) & { ${raw.statics.map(signature).join(" ")} }`;
}

function signature(call: RawFunction): string {
  return `${key(call.name)}(${printParameters(call)}): ${resultType(call.result)};`;
}

function printParameters(call: RawFunction): string {
  return call.parameters.map(({ name, type }) => `${variable(name)}: ${rawType(type)}`).join(", ");
}

function resultType(type: RawType): string {
  return type === "undefined" ? "void" : rawType(type);
}

function rawType(type: RawType): string {
  switch (type) {
    case "uint8Array":
      return "Uint8Array";
    case "uint32Array":
      return "Uint32Array";
    case "function":
      return "() => void";
    default:
      return type;
  }
}

function key(name: string): string {
  return isIdentifier(name) ? name : JSON.stringify(name);
}
